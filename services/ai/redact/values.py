"""What a value looks like: a secret, a word, or something else that help desks write.

Python's `re` is used on single tokens of bounded length only, without nested repetition.
"""

import re
from functools import lru_cache
from itertools import pairwise
from math import log2

from services.ai.redact.words import NOT_SECRET, word_list

REDACTED = "[redacted]"

#: Strengths of a token, in order.
NOTHING, WORD, MIXED, STRONG = range(4)

MAX_TOKEN = 512

CLOSING = ".,;:!?)]}>»”’\"'`*_。、，）」』】|"
OPENING = "([{<«“‘\"'`*_„‚（「『【|"
SPECIAL = frozenset("!#$%&*+=?@~^|<>")

#: Things with digits or symbols that are no secret where they stand alone.
ORDINARY = re.compile(
    r"""
    https?://\S*|ftp://\S*|www\.\S*|mailto:\S*
  | [\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}                       # mail address
  | \{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?    # GUID
  | (?:[0-9a-f]{2}[:-]){5,7}[0-9a-f]{2} | (?:[0-9a-f]{4}\.){2}[0-9a-f]{4} # MAC address, WWN
  | [0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:/\d{1,3})?(?:%\w{1,16})?       # IPv6
  | v?\d{1,5}(?:[.:]\d{1,6}){1,5}(?:[-+.~]?(?:rc|beta|alpha|build|sp|p|r|b|dev|post|final|lts|ubuntu|deb|el)?[.\d-]{0,12}){0,3}(?:/\d{1,2}|:\d{1,5})?
  | \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:t[\d:.]{4,15}z?)?                   # date
  | \d{1,2}:\d{2}(?::\d{2})?(?:am|pm|uhr|h)?
  | [+(]?[\d()]{1,20}(?:[-\s./][\d()]{1,10}){0,6}                             # number, telephone
  | 0x[0-9a-f]{1,16} | kb\d{5,8} | cve-\d{4}-\d{3,7} | s-1-5(?:-\d{1,12}){1,9}
  | (?:inc|req|ritm|chg|prb|task|case|ticket|sr|rfc|tkt|cs|po|nb|pc|lt|ws|srv|dc|wks)[-_#]?\d{2,12}
  | (?-i:[A-Z]{2,5}-?\d{1,5}) | (?:desktop|laptop|win|pc|nb)-[a-z0-9]{4,12} | (?-i:[A-Z]{2,10}(?:-[A-Z]{2,10}){0,3}v\d)
  | \#\d{1,12} | \d{1,6}(?:st|nd|rd|th|x|h|s|d|k|m|g|ms|gb|mb|kb|tb|ghz|mhz|v|w|kg|cm|mm|km|min|sec|ft|°c)
  | [\w.,;-]{0,80}\.(?:exe|dll|msi|log|txt|ini|cfg|conf|docx?|xlsx?|pptx?|pdf|zip|png|jpe?g|ps1|bat|cmd|sh|py|js|pfx|p12|pem|crt|cer|key|csv|json|xml|yaml|yml|iso|kdbx|rdp|ost|pst|sys|html?|php|aspx|local|com|net|org|example|lan|corp)
  | (?:~|\.{1,2}|[a-z]:|\\\\?|%\w+%|\$home)?[\\/][\w.\\/ $*-]{0,300}          # path
  | [a-z]{1,3}-?\d{1,2}(?:/\d{1,3}){1,3}                                   # interface
  | \d{1,3}-(?:char|day|digit|hour|minute|month|year|week|letter|symbol|time|attempt|bit|zeichen|stellig)\w{0,12}
  | (?:wpa|wep|sha|aes|md|tls|ssl|http|ntlm|ipv|ieee|rfc|ldap|smb|win|windows|office|o|m|outlook|exchange|ios|android|macos|rsa|des|3des|ed|usb|com|lpt|lan|wan|vlan|vpn|gpo|tpm|mfa|2fa|2-?factor|net|id|ad|v|g|x|r|e)-?v?\d{0,4}(?:[.-]\d{1,4})?
  | win(?:dows)?-?\d{1,4}(?:[-_.]\w{1,8}){0,3} | (?:ios|android|macos|rhel|ubuntu|debian|sles|esxi?|office|exchange|server|chrome|edge|firefox|java|dotnet|php|python)-?\d{1,4}(?:[-_.]\w{1,8}){0,3}
  | [\w.-]{1,30}-(?:2[.,]?4|5|6)g(?:hz)?(?:[-_]\w{1,10})?                         # wireless network
  | (?:p12|pfx|p7b|x\.?509|wpa[23]?|[mo]365|office365|ipv[46]|win(?:dows)?\d{1,4}|aes\d{0,3}|sha\d{0,3}|mp[34]|s3|ec2|e-?mail|802\.1x)-[^\W\d_]{2,30}
  | (?:iphone|ipad|galaxy|pixel|thinkpad|macbook|surface|latitude|elitebook)[-_]?\w{1,4}
  | (?:ctrl|strg|alt|shift|umschalt|option|command|cmd|win|fn)(?:\+\w{1,10}){1,4}     # keys
  | (?:sha|base|log|office|exchange|server|windows|win|edge|outlook|log)\d{1,4}[a-z]{2,12}
  | (?-i:(?:[a-z0-9-]{1,63}\.){1,5})(?:io|dev|cloud|app|net|org|com|tech|ai|co|eu|de|uk|fr|es|it|nl|pl|se|dk|jp)
  | \d{1,6}[년월일시분초번층개명건회호원][가-힣]{0,6}                      # Korean: a date, a number of things
  | \d{2}h\d | f\d{1,2} | c\+\+\d{0,2} | c\# | at&t | r&d | q&a | i/o | n/a | p\.?s\.? | usw\.? | [a-z]&[a-z]
    """,
    re.VERBOSE | re.IGNORECASE,
)
PLACEHOLDER = re.compile(
    r"""
    \$\{.{0,80}\}? | \$\(.{0,80} | \$[a-z_][\w:.]{0,60}(?:\[.{0,20}\])? | \{\{.{0,80} | %[a-z_]\w{0,40}% | %s | \#\{.{0,80}
  | <[^<>]{0,60}>? | [*•·●xX.…_-]{3,64} | \[?redacted\]?.{0,3} | \[(?:redacted|removed|hidden|masked|secret|geschwärzt).{0,20}
  | (?:n/?a|none|null|nil|undefined|true|false|yes|no|ja|nein|oui|non|si|sí|tbd|todo|\?{1,5}|-{1,4}|–|—|0|1)
  | (?:your|my|the|some|example|dein|votre|su)[-_ ]?(?:password|token|key|secret|passwort|api[-_]?key)\w{0,10}
  | (?-i:env|os|process|config|settings|self|this|args|options|secrets|vault|var|local|data|request|params|ctx)[.\[(].{0,80}
  | (?:txt|tb|inp|edit|frm|lbl|input|field)_?(?:password|passwort|kennwort|passwd|pwd|pass)\d{0,2}
  | \(?(?:get|read|convertto|convertfrom|new|set|import|export|invoke|add|remove|start|unprotect|protect)-[a-z]\w{2,40}  # a cmdlet
  | [a-z_][\w.]{0,60}\([^)]{0,60}\)?[;:]?                                  # a call
  | [ib]:\d{1,4}                                                           # a number in an .rdp file
  | (?-i:[a-z][A-Za-z_]{0,40}(?:\.[A-Z][A-Za-z_]{0,40}){1,5});?               # a property
    """,
    re.VERBOSE | re.IGNORECASE,
)
DIGIT = re.compile(r"\d")
#: Scripts in which no password is typed: words in them belong to the sentence.
NO_PASSWORD_SCRIPT = re.compile("[\u0370-\u03ff\u0590-\u06ff\u0e00-\u0e7f\uac00-\ud7af]")
HOST = re.compile(
    r"[^\W\d_]{1,12}[-_]?\d{1,4}|[A-Z]{2,5}(?:-[A-Z0-9]{1,5}){1,3}|[^\W\d_]{2,20}[-]\d{1,3}"
)
#: Words joined by digits: "boterham8kaas", "Lamp3Stone".
JOINED = re.compile(r"[^\W\d_]{3,20}\d{1,4}[^\W\d_]{3,20}(?:\d{1,4})?")
#: Digits in place of letters: "Pa55word", "Br00kside".
LEET = re.compile(r"[^\W\d_]{1,12}[0134578]{1,2}[a-zß-ÿ]{2,14}(?:\d{1,4})?")
MASK = re.compile(r"[*•●·xX.…_-]{4,64}|<[^<>\d|]{1,40}>")
#: A semicolon inside a password, not between settings: "Flint;Arrow1".
JOINED_BY_SEMICOLON = re.compile(r"[^\W_]{3,20};[^\W_]{3,20}")
SETTINGS = re.compile(r"[;,&][A-Za-z][\w ]{1,30}=")
NUMBER = re.compile(r"[\d.,:/()+-]*")


@lru_cache(4096)
def strength(value: str) -> int:
    """How much a token without its punctuation looks like a password."""
    if not 4 <= len(value) <= MAX_TOKEN or is_placeholder(value) or ORDINARY.fullmatch(value):
        return NOTHING if not value.isalpha() else WORD
    letters = [char for char in value if char.isalpha()]
    if not letters:
        is_number = NUMBER.fullmatch(value) or not DIGIT.search(value)
        return NOTHING if is_number or len(value) < 6 else MIXED
    if "://" in value or "\\" in value or value.startswith(("/", "-", "@", "#", "+", "=")):
        return NOTHING
    return strength_of_classes(value, letters)


def strength_of_classes(value: str, letters: list[str]) -> int:
    has_digit = DIGIT.search(value) is not None
    if not has_digit and NO_PASSWORD_SCRIPT.search(value):
        return WORD
    inner = value.rstrip(".,;:!?" if has_digit else ".,;:!?*")
    has_special = (
        any(char in SPECIAL for char in inner)
        or value.endswith(("!!", "?!"))
        or (has_digit and value[-1] == "!" and len(value) >= 7)
    )
    has_separator = any(char in "-_.:,/'" for char in inner[1:])
    lower = any(char.islower() for char in letters)
    upper = any(char.isupper() for char in letters)
    if has_special:
        enough = has_digit or (len(letters) >= 7 and (lower and upper))
        return STRONG if enough else MIXED if len(letters) >= 3 else NOTHING
    classes = lower + upper + has_digit
    if has_separator and classes == 3 and not HOST.fullmatch(inner):
        return STRONG
    if has_digit:
        return MIXED
    if value.endswith("!") and len(value) >= 6:
        return WORD
    is_camel = re.search(r"[a-zß-ÿ][A-ZÀ-Þ]", inner) is not None
    return MIXED if is_camel else WORD


def is_placeholder(value: str) -> bool:
    """Whether it stands for a secret without being one: `${NAME}`, `<password>`, `****`."""
    return not value or PLACEHOLDER.fullmatch(value) is not None or value.startswith(REDACTED)


def is_interleaved(value: str) -> bool:
    """Whether letters and digits alternate as they do in no word or number: "VX3K9QPL"."""
    kinds = [char.isdigit() for char in value]
    changes = sum(one != other for one, other in pairwise(kinds))
    return 8 <= len(value) <= 32 and value.isalnum() and changes >= 4


THINGS = word_list("things")
NAME_PARTS = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿığşçöüąćęłńóśźżа-яё]+|[A-ZÀ-ÞА-Я]+|[^\W\d_]+")


def is_name_of_thing(value: str) -> bool:
    """Whether a part of it says what it names: "Windows-Server-2022", "Drucker_Etage2"."""
    if "." in value or value.endswith("!") or has_symbol(value):
        return False
    return any(part.casefold() in THINGS for part in NAME_PARTS.findall(value))


def has_symbol(value: str) -> bool:
    return any(char in SPECIAL for char in value)


def is_distinct(value: str) -> bool:
    """Whether it is no word, name or model, so that it needs no verb to its label."""
    if ORDINARY.fullmatch(value) or is_name_of_thing(value):
        return False
    is_joined = len(value) >= 8 and JOINED.fullmatch(value) is not None
    is_leet = len(value) >= 7 and value[0].isupper() and LEET.fullmatch(value) is not None
    return is_joined or is_leet or is_interleaved(value)


def strength_in_prose(value: str) -> int:
    """As `strength`, but a setting (`Encrypt=True;`) or markup is not one token of a sentence."""
    found = strength(value)
    if found >= MIXED and is_structured(value):
        return NOTHING
    if found == STRONG and is_name_of_thing(value):
        return MIXED
    return found


def is_structured(value: str) -> bool:
    if JOINED_BY_SEMICOLON.fullmatch(value) and DIGIT.search(value):
        return False
    if SETTINGS.search(value):
        return True
    if any(char in '{};<>"' for char in value) or "://" in value:
        return True
    if (value.count("=") == 1 and value[-1] != "=") or re.match(r"[a-z_]{2,20}=.{1,80},\w", value):
        return True
    return ":" in value and not any(char in SPECIAL and char != "=" for char in value)


@lru_cache(4096)
def is_plain_password(word: str) -> bool:
    """Whether a word right after "password:" may be one: no common word of a sentence."""
    folded = word.casefold()
    if NO_PASSWORD_SCRIPT.search(word):
        return False
    if not 3 <= len(word) <= MAX_TOKEN or folded in NOT_SECRET or is_placeholder(word):
        return False
    return ORDINARY.fullmatch(word) is None or (word.isdigit() and len(word) >= 4)


def is_random(value: str) -> bool:
    """Whether a value of a key or token is one: long, or with a digit, and no plain word."""
    if len(value) < 6 or is_placeholder(value) or value.casefold() in NOT_SECRET:
        return False
    if ORDINARY.fullmatch(value) and not re.fullmatch(r"[0-9A-Fa-f]{16,}|\d{8,}", value):
        return False
    return DIGIT.search(value) is not None or (
        len(value) >= 16 and not re.fullmatch(r"[a-z]+(?:[-_. ][a-z]+)*", value)
    )


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without brackets, quotes and punctuation around it."""
    while start < end and text[start] in OPENING:
        start += 1
    while start < end and text[end - 1] in CLOSING:
        if text[end - 1] == "!" or (text[end - 1] in "*_" and not is_markdown(text, start, end)):
            break
        end -= 1
    return start, end


def is_markdown(text: str, start: int, end: int) -> bool:
    """Whether the emphasis at the end was opened before the value."""
    return start > 0 and text[start - 1] == text[end - 1]


def entropy(text: str) -> float:
    """Shannon entropy in bits per character."""
    counts = [text.count(char) for char in set(text)]
    return -sum(count / len(text) * log2(count / len(text)) for count in counts)
