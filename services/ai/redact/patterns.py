"""The pattern of a secret: one regular expression, so that a text is scanned once.

Written by hand: the libraries for secret detection know source code, not the prose of a help desk
("the password is ..."), and cannot redact a stream. Formats of vendors' tokens are data:
token_patterns.toml.

Each alternative has at most one group: the text before the secret, which is kept. Streaming relies
on two properties. Only a private key spans lines. And the HORIZON characters after a position
decide whether a match starts there; only its end may be further away.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HORIZON = 400

PRIVATE_KEY = "-----BEGIN "

TOKEN_PATTERNS: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("token_patterns.toml").read_text()
)["token"]

COMMON_WORDS = """
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

#: A value that is no secret: a common word, an error code, a placeholder.
NOT_SECRET = rf"""(?!
    (?: {"|".join(re.escape(word) for word in COMMON_WORDS.split())} ) {END_OF_WORD}
  | 0x[0-9a-f]{{1,16}} {END_OF_WORD}
  | \$[a-z_]{{1,40}} {END_OF_WORD} | \$\{{ | \$env: | \{{\{{ | %[a-z_]{{1,40}}%
  | <[^>\n]{{1,40}}> | \*{{3,}} | [^\s\w]{{0,4}}\[redacted\]
)"""

#: A separator ends a secret only where another setting follows, as in a connection string.
UNQUOTED = r"""(?: (?! [;&,][ ]?["']?[\w.-]{1,40}[ ]?["']?[=:] ) [^\s"'<>] )+"""
QUOTED = r"""(?: "[^"\n]{1,100}" | '[^'\n]{1,100}' )"""
VALUE = rf"""(?: {QUOTED} | ["']? {NOT_SECRET} {UNQUOTED} )"""

#: For names that do not always mean a secret, such as `token`: a long value, or one with a digit.
RANDOM_VALUE = (
    rf"""["']? (?= [^\s"']{{0,60}}\d | [^\s"']{{16}} ) (?= [^\s"']{{6}} ) {NOT_SECRET} {UNQUOTED}"""
)

ASSIGNMENT = r"""["']?[ \t]{0,20}(?> => | := | [:=] )[ \t]{0,20}"""
VERB = r"[ \t]{1,3}(?:is|was|are|lautet|ist)[ \t]{1,3}(?:now[ \t]{1,3})?"
CHANGED_TO = r"(?:[ \t](?:was|is|has[ ]been))?[ \t](?:changed|reset|set|updated)[ \t]to[ \t]"
CHANGED = r"\b(?:chang|reset|set|updat)(?:e|ed|ing|ting)?[ \t](?:[\w.@'\\-]{1,24}[ \t]){0,4}?"

QUALIFIER = (
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

#: In prose, a value must look like a password, or end its clause without being a verb form.
COMPLEX = r"""
    (?! \d{1,3} [ -] (?:char|day|digit|hour|minute|month|year|week|letter|symbol|time|attempt) )
    (?= [^\s]{0,60}\d | [^\s]{0,60}[!@#$%^&*+=~_][a-z] | (?-i:[^\s]{0,60}[a-z][A-Z]) )
"""
PLAUSIBLE = rf"""(?:
    {COMPLEX}
  | (?! [a-z]{{1,40}} (?:ed|ing|ly|able|ible) \b ) (?= [a-z]{{4,40}} {END_OF_CLAUSE} )
)"""

TOKENS = rf"""(?<![a-z0-9])(?-i: {"|".join(token["pattern"] for token in TOKEN_PATTERNS)} )[\w-]*"""

COMMANDS = rf"""
    ( (?<![\w-]) (?:--?|/)(?:password|passwd|pass|pwd|(?:client-?)?secret|token|api-?key)
      [ =:]{{1,2}}+ ) (?!-) {VALUE}
  | ( \bnet[ \t]+user[ \t]+[^\s/]{{1,64}}[ \t]{{1,4}} ) (?![/*]) {VALUE}
  | ( \bnet[ \t]+use[ \t]+(?:[a-z*]:?[ \t]+)?\\\\[^\s]{{1,100}}[ \t]{{1,4}} ) (?![/*]) {VALUE}
  | ( ConvertTo-SecureString[ \t]{{1,4}}(?:-String[ \t]{{1,4}})? ) (?![-$(]) {VALUE}
  | ( (?<!\S)(?:-u|--user|--proxy-user)[ =]["']?[^\s:"'/]{{1,64}}: ) (?!\d{{1,5}}\b) {UNQUOTED}
  | ( \bsshpass[ \t]+-p[ \t]{{0,4}} ) {VALUE}
  | ( \bmysql(?:dump|admin)?(?: (?![ \t]-p\S) [^\n] ){{1,80}}[ \t]-p ) (?=\S) {VALUE}
""".replace("[ \\t]+", "[ \\t]{1,4}")

SECRET = re.compile(
    rf"""
    (?-i: {PRIVATE_KEY.replace(" ", "[ ]")} [A-Z0-9 ]{{0,40}} PRIVATE[ ]KEY (?:[ ]BLOCK)? ----- )
        (?= (?:\s|\\[nr]){{1,8}} (?: [a-z0-9+/=]{{16}} | [a-z-]{{4,30}}: ) )
        [\s\S]*? (?: -----END[ ][A-Z0-9 ]{{1,60}}-----[\w-]* | \Z )
  | {TOKENS}
  | ( (?:proxy-)?authorization ["']? [ \t]{{0,4}} [:=] [ \t]{{0,4}} ["']?
      (?: (?:basic|bearer|digest|token|apikey|negotiate|ntlm) [ \t]{{1,4}} )? ) {UNQUOTED}
  | ( \bbearer[ \t]{{1,4}} ) (?= [^\s"']{{0,60}}\d ) [a-z0-9._~+/=-]{{16,}}
  | ( (?<![a-z0-9+.-]) [a-z][a-z0-9+.-]{{1,20}}://[^\s:/@?\#]{{0,64}}: ) [^\s/]{{1,128}} (?=@)
  | ( [?&] (?:sig|signature|(?:access_)?token|key|api_?key|code|password|pwd) = )
      (?: (?!\[redacted\]) [^\s&\#"'<>] ){{8,}}
  | {COMMANDS}
  | ( {LOGIN_WORD} {QUALIFIER} {ASSIGNMENT} ) {VALUE}
  | ( {LOGIN_WORD} {QUALIFIER} (?: {VERB} | {CHANGED_TO} ) )
      (?: {QUOTED} | {PLAUSIBLE} {NOT_SECRET} {UNQUOTED} )
  | ( {CHANGED} {LOGIN_WORD} {QUALIFIER} [ \t]to[ \t] ) {COMPLEX} {NOT_SECRET} {UNQUOTED}
  | ( \bnew[ \t]{LOGIN_WORD}[ \t] ) (?= [^\s]{{0,60}}\d ) {NOT_SECRET} {UNQUOTED}
  | ( (?<![a-z])pass [ \t]{{0,4}} [:=] [ \t]{{0,4}} ) (?! \d{{1,4}}(?:/\d+)?\b ) {VALUE}
  | ( (?: \bcred(?:ential)?s? (?:[ \t](?:are|is))? | \buser(?:name)?[ ]?/[ ]?pass(?:word)? )
      [ \t]{{0,4}} [:=]? [ \t]{{1,4}} [\w.@\\-]{{1,64}} [ ]?/[ ]? ) (?= [^\s]{{0,60}}\d ) {UNQUOTED}
  | ( {KEY_WORD} {QUALIFIER} (?: {ASSIGNMENT} | {VERB} ) ) {RANDOM_VALUE}
  | ( {CODE_WORD} {QUALIFIER} (?: {ASSIGNMENT} | {VERB} ) )
      (?= [^\s]{{0,20}}\d ) (?= [^\s]{{4}} ) {NOT_SECRET} {UNQUOTED}
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

#: Every match contains one of these, in lower case: a line without any need not be searched.
HINTS = (
    *("pass", "pwd", "pswd", "pw", "p/w", "kennwort", "cred", "secret", "token", "key", "psk"),
    "securestring",
    *("otp", "pin", "verification", "security", "mfa", "2fa", "sms", "one-time", "one time"),
    *("backup", "sign-in", "signin", "recovery", "authenticator", "unlock"),
    *("bearer", "authorization", "://", "sig=", "signature=", "?code=", "&code="),
    *("net ", "net\t", "-u", "mysql", "-----begin "),
    *(hint for token in TOKEN_PATTERNS for hint in token.get("hints", ())),
)
#: The hint for BitLocker recovery keys.
SIX_DIGITS_TWICE = re.compile(r"\d{6}-\d{6}")


def may_contain_secret(line: str) -> bool:
    lowered = line.lower()
    return any(hint in lowered for hint in HINTS) or SIX_DIGITS_TWICE.search(line) is not None


def find_secrets(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield matches from `start` on, which must not be inside a secret."""
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        line = text[start:end]
        if PRIVATE_KEY in line:
            yield from SECRET.finditer(text, start)
            return
        if may_contain_secret(line):
            yield from SECRET.finditer(text, start, end)
        start = end
