"""What a secret looks like. One regular expression, so that text is gone through once.

Each alternative has at most one group: what stands before the secret, and is kept. Streaming
relies on two properties. Only a private key runs over the end of a line. And whether a match
begins at a place is settled by the HORIZON characters behind it; only its end may be further.
"""

import re
from collections.abc import Iterator

HORIZON = 400

PRIVATE_KEY = "-----BEGIN "

ORDINARY = """
a about above accepted after again already also always an and any are as at bad be been before
below blank box but by cached can can't cannot changed complexity correct could data denied dialog
did disabled do does don't done empty enabled encrypted enter expired expires expiring failed
failing fails false field fine for forgot forgotten from good had has hash hashed have he her here
hidden his history how i if in incorrect invalid is it its just length locked lost manager masked
may might missing must my n/a na need needed needs never new nil no none not null of off ok okay
old on only optional or our per please policy prompt protected refused rejected removed required
reset rotated same saved see set she should still stored strong sync synced text than that the
their then there these they this to true type under unknown unlocked unset updated user users
valid via was we weak were what when where which while who why will with working works would wrong
yes you your
"""

END_OF_WORD = r"(?=[\s.,;:!?)\]}]|\Z)"
END_OF_CLAUSE = r"(?=[.,;!)]|[ \t]*(?:\n|\Z))"

#: Not a secret though it stands where one could: a common word, an error code, a placeholder.
NO_SECRET = rf"""(?!
    (?: {"|".join(re.escape(word) for word in ORDINARY.split())} ) {END_OF_WORD}
  | 0x[0-9a-f]{{1,16}} {END_OF_WORD}
  | \$[a-z_]{{1,40}} {END_OF_WORD} | \$\{{ | \$env: | \{{\{{ | %[a-z_]{{1,40}}%
  | <[^>\n]{{1,40}}> | \*{{3,}} | [^\s\w]{{0,4}}\[redacted\]
)"""

#: The separators end a secret only where another setting follows, as in a connection string.
BARE = r"""(?: (?! [;&,][ ]?["']?[\w.-]{1,40}[ ]?["']?[=:] ) [^\s"'<>] )+"""
QUOTED = r"""(?: "[^"\n]{1,100}" | '[^'\n]{1,100}' )"""
VALUE = rf"""(?: {QUOTED} | ["']? {NO_SECRET} {BARE} )"""

#: For what is not always secret, such as a token: long, or with a digit.
ODD = rf"""["']? (?= [^\s"']{{0,60}}\d | [^\s"']{{16}} ) (?= [^\s"']{{6}} ) {NO_SECRET} {BARE}"""

EQUALS = r"""["']?[ \t]{0,20}(?> => | := | [:=] )[ \t]{0,20}"""
IS = r"[ \t]{1,3}(?:is|was|are|lautet|ist)[ \t]{1,3}(?:now[ \t]{1,3})?"
CHANGED_TO = r"(?:[ \t](?:was|is|has[ ]been))?[ \t](?:changed|reset|set|updated)[ \t]to[ \t]"
CHANGED = r"\b(?:chang|reset|set|updat)(?:e|ed|ing|ting)?[ \t](?:[\w.@'\\-]{1,24}[ \t]){0,4}?"

WHOSE = (
    r"""(?: [ \t](?:for|of|on|to)(?:[ \t][\w@.'\\-]{1,24}){1,4}? )? (?: [ \t]?\([^)\n]{1,40}\) )?"""
)

LOGIN_WORD = r"""(?:
    pass(?:word|wd|wort|phrase|code|wrd)s? | kennwort | (?<![a-z]) (?: pswd | pwd | pw | p/w )
)"""

KEY_WORD = r"""(?:
    (?<![a-z]) (?:client|app|shared|consumer|aws)?[_ .-]? secret (?:[_ .-]?(?:access[_ .-]?)?key)?
  | (?<![a-z]) (?:api|access|auth|encryption|private|recovery|storage|pre-?shared|wpa2?)[_ .-]?key
  | (?:account|sharedaccess)key
  | (?:access|refresh|auth|bearer|session|sas|id|api)[_ .-]?token
  | (?<![a-z]) (?: token | apikey | psk )
)"""

CODE_WORD = r"""(?<![a-z])(?:
    (?: verification | security | mfa | 2fa | sms | one[- ]time | backup | sign-?in | recovery
      | authenticator | unlock )
    [ _-] (?: code | pin | passcode )
  | t?otp | pin
)s?"""

#: In prose, a value must look like a secret, or end the clause as no plain verb would.
COMPLEX = r"""
    (?! \d{1,3} [ -] (?:char|day|digit|hour|minute|month|year|week|letter|symbol|time|attempt) )
    (?= [^\s]{0,60}\d | [^\s]{0,60}[!@#$%^&*+=~_][a-z] | (?-i:[^\s]{0,60}[a-z][A-Z]) )
"""
PLAUSIBLE = rf"""(?:
    {COMPLEX}
  | (?! [a-z]{{1,40}} (?:ed|ing|ly|able|ible) \b ) (?= [a-z]{{4,40}} {END_OF_CLAUSE} )
)"""

TOKENS = r"""(?<![a-z0-9])(?:
    (?-i: sk-[A-Za-z0-9_-]{16,} | [rsp]k_(?:live|test)_[A-Za-z0-9]{10,}
      | gh[pousr]_[A-Za-z0-9]{20,} | github_pat_[A-Za-z0-9_]{20,} | glpat-[A-Za-z0-9_-]{16,}
      | xox[abeoprs]-[A-Za-z0-9-]{10,} | (?:AKIA|ASIA)[A-Z0-9]{16} | AIza[A-Za-z0-9_-]{30,}
      | ya29\.[A-Za-z0-9_.-]{20,} | eyJ[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)*
      | npm_[A-Za-z0-9]{30,} | pypi-[A-Za-z0-9_-]{16,} | hf_[A-Za-z0-9]{20,}
      | hvs\.[A-Za-z0-9_-]{20,} | SG\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+)*
      | do[opr]_v1_[a-f0-9]{32} | us_[a-f0-9]{12}_[a-f0-9]{32,} )
  | (?:\d{6}-){7}\d{6}
)[\w-]*"""

COMMANDS = rf"""
    ( (?<![\w-]) (?:--?|/)(?:password|passwd|pass|pwd|(?:client-?)?secret|token|api-?key)
      [ =:]{{1,2}}+ ) (?!-) {VALUE}
  | ( \bnet[ \t]+user[ \t]+[^\s/]{{1,64}}[ \t]{{1,4}} ) (?![/*]) {VALUE}
  | ( \bnet[ \t]+use[ \t]+(?:[a-z*]:?[ \t]+)?\\\\[^\s]{{1,100}}[ \t]{{1,4}} ) (?![/*]) {VALUE}
  | ( ConvertTo-SecureString[ \t]{{1,4}}(?:-String[ \t]{{1,4}})? ) (?![-$(]) {VALUE}
  | ( (?<!\S)(?:-u|--user|--proxy-user)[ =]["']?[^\s:"'/]{{1,64}}: ) (?!\d{{1,5}}\b) {BARE}
  | ( \bsshpass[ \t]+-p[ \t]{{0,4}} ) {VALUE}
  | ( \bmysql(?:dump|admin)?(?: (?![ \t]-p\S) [^\n] ){{1,80}}[ \t]-p ) (?=\S) {VALUE}
""".replace("[ \\t]+", "[ \\t]{1,4}")

FOUND = re.compile(
    rf"""
    (?-i: {PRIVATE_KEY.replace(" ", "[ ]")} [A-Z0-9 ]{{0,40}} PRIVATE[ ]KEY (?:[ ]BLOCK)? ----- )
        (?= (?:\s|\\[nr]){{1,8}} (?: [a-z0-9+/=]{{16}} | [a-z-]{{4,30}}: ) )
        [\s\S]*? (?: -----END[ ][A-Z0-9 ]{{1,60}}-----[\w-]* | \Z )
  | {TOKENS}
  | ( (?:proxy-)?authorization ["']? [ \t]{{0,4}} [:=] [ \t]{{0,4}} ["']?
      (?: (?:basic|bearer|digest|token|apikey|negotiate|ntlm) [ \t]{{1,4}} )? ) {BARE}
  | ( \bbearer[ \t]{{1,4}} ) (?= [^\s"']{{0,60}}\d ) [a-z0-9._~+/=-]{{16,}}
  | ( (?<![a-z0-9+.-]) [a-z][a-z0-9+.-]{{1,20}}://[^\s:/@?\#]{{0,64}}: ) [^\s/]{{1,128}} (?=@)
  | ( [?&] (?:sig|signature|(?:access_)?token|key|api_?key|code|password|pwd) = )
      (?: (?!\[redacted\]) [^\s&\#"'<>] ){{8,}}
  | {COMMANDS}
  | ( {LOGIN_WORD} {WHOSE} {EQUALS} ) {VALUE}
  | ( {LOGIN_WORD} {WHOSE} (?: {IS} | {CHANGED_TO} ) )
      (?: {QUOTED} | {PLAUSIBLE} {NO_SECRET} {BARE} )
  | ( {CHANGED} {LOGIN_WORD} {WHOSE} [ \t]to[ \t] ) {COMPLEX} {NO_SECRET} {BARE}
  | ( \bnew[ \t]{LOGIN_WORD}[ \t] ) (?= [^\s]{{0,60}}\d ) {NO_SECRET} {BARE}
  | ( (?<![a-z])pass [ \t]{{0,4}} [:=] [ \t]{{0,4}} ) (?! \d{{1,4}}(?:/\d+)?\b ) {VALUE}
  | ( (?: \bcred(?:ential)?s? (?:[ \t](?:are|is))? | \buser(?:name)?[ ]?/[ ]?pass(?:word)? )
      [ \t]{{0,4}} [:=]? [ \t]{{1,4}} [\w.@\\-]{{1,64}} [ ]?/[ ]? ) (?= [^\s]{{0,60}}\d ) {BARE}
  | ( {KEY_WORD} {WHOSE} (?: {EQUALS} | {IS} ) ) {ODD}
  | ( {CODE_WORD} {WHOSE} (?: {EQUALS} | {IS} ) )
      (?= [^\s]{{0,20}}\d ) (?= [^\s]{{4}} ) {NO_SECRET} {BARE}
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

#: Each alternative holds one of these, in small letters: a line without any need not be searched.
HINTS = (
    *("pass", "pwd", "pswd", "pw", "p/w", "kennwort", "cred", "secret", "token", "key", "psk"),
    "securestring",
    *("otp", "pin", "verification", "security", "mfa", "2fa", "sms", "one-time", "one time"),
    *("backup", "sign-in", "signin", "recovery", "authenticator", "unlock"),
    *("bearer", "authorization", "://", "sig=", "signature=", "?code=", "&code="),
    *("net ", "net\t", "-u", "mysql", "-----begin "),
    *("sk-", "k_live_", "k_test_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat-"),
    *("us_",),
    *("xox", "akia", "asia", "aiza", "ya29.", "eyj", "npm_", "pypi-", "hf_", "hvs.", "sg.", "_v1_"),
)
SIX_DIGITS_TWICE = re.compile(r"\d{6}-\d{6}")


def may_hold_secret(line: str) -> bool:
    small = line.lower()
    return any(hint in small for hint in HINTS) or SIX_DIGITS_TWICE.search(line) is not None


def secrets_in(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Find them from `start` on, which must not be inside of one."""
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line = text[start:end]
        if PRIVATE_KEY in line:
            yield from FOUND.finditer(text, start)
            return
        if may_hold_secret(line):
            yield from FOUND.finditer(text, start, end)
        start = end
