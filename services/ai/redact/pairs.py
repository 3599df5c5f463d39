"""User names and passwords together, and keys of wireless networks, without a word for a password."""

import re
from collections.abc import Iterator

from services.ai.redact import values
from services.ai.redact.reading import Span, Tokens, read_value
from services.ai.redact.values import MIXED, STRONG, strength, strength_in_prose, trim
from services.ai.redact.words import compile_pattern, named_span, word_list

#: How many tokens from a word of signing in a password may be.
REACH = 12
#: No password that people choose is longer; hashes are.
LONGEST = 32

NETWORK_KEY = re.compile(
    r"\b(?:key|code|pass|pw|schlüssel|clé|clave|chave|chiave|sleutel|klucz|nyckel|nøgle|anahtar|ключ\w{0,3}|klíč\w{0,2}|キー|kode?n?|codice|código|kod)\b[\s:=]{1,4}(?:\w{1,10}\s){0,3}?(\S{8,63})(?=\s|$)",
    re.IGNORECASE,
)


AS_KEY = re.compile(
    r"(\S{8,63})\s(?:as|als|comme|como|come|jako|som|olarak|как)\s(?:\w{1,6}\s){0,2}?"
    r"(?:key|schlüssel|clé|clave|chave|chiave|sleutel|klucz|nyckel|nøgle|anahtar|ключ|code|kode?n?|codice|código|kod)(?![^\W_])",
    re.IGNORECASE,
)


def find_network_keys(line: str) -> Iterator[Span]:
    """ "SSID Depot key 48201957": a key on a line about a wireless network."""
    for match in AS_KEY.finditer(line):
        start, end = trim(line, *match.span(1))
        if strength_in_prose(line[start:end]) >= MIXED:
            yield start, end
    for match in NETWORK_KEY.finditer(line):
        start, end = trim(line, *match.span(1))
        value = line[start:end]
        if strength_in_prose(value) >= MIXED or re.fullmatch(r"\d{8,20}", value):
            yield start, end


#: The content of a QR code for a wireless network.
QR = re.compile(r"\bWIFI:(?:[A-Z]:[^;\n]{0,80};){0,5}?P:((?:\\.|[^;\\\n]){4,100})", re.IGNORECASE)
#: "frontdesk, Peony-Taxi-5", "lager1 and the code is X": an account, and what belongs to it.
ACCOUNT = re.compile(
    r"(?<![^\W_])(?P<user>[^\W\d_][\w.@\\-]{2,40})\s?(?P<sep>,|\+|&|;|/|\||\s(?:and|und|et|en|y|e|i|och|og|ve|и|with|mit|avec|con|com|met|med|z|ile|с|と))\s?"
    r"(?:(?:the|den|der|dem|le|la|el|il|de|det|o|a|her|his|pass\w*|pw|code|kode\w*|koden|código|codice|kod\w*|код\w*|コード|with|is|ist|est|es|è|é|är|er|to|это)[\s:]{1,2}){0,4}"
    r"[\"'“„«]?(?P<value>[^\s,;()\"“”]{6,60})",
    re.IGNORECASE,
)
#: What stands before the name of an account: a bracket, or "signs in with".
BEFORE_ACCOUNT = re.compile(
    r"[(\[:]\s?$|(?<!\w)(?:with|as|using|mit|als|avec|comme|con|como|com|come|met|med|som|z|jako|ile|с|как|w)\s$",
    re.IGNORECASE,
)
JAPANESE_ACCOUNT = re.compile(r"[\w.-]{3,40}\s?(?:と|／|/|、)\s?(?P<value>[!-~]{6,60})", re.ASCII)
#: "tried X with the joinadmin account"
OF_ACCOUNT = re.compile(
    r"(?P<value>\S{7,60})\s(?:with|on|for|as|mit|für|avec|pour|con|para|com|per|met|voor|dla|med|för|til|для|на)\s(?:\S{1,30}\s){0,3}?"
    r"(?:\S{0,30}(?:account|konto|kontot|kontoen|compte|cuenta|conta|utente|user|login|benutzer|hesabı|till|kasse|учётк\w*|учетк\w*))(?![^\W_])",
    re.IGNORECASE,
)


def find_accounts(line: str) -> Iterator[Span]:
    """Passwords that stand with the name of their account, where a word of signing in is near."""
    for pattern in (ACCOUNT, OF_ACCOUNT, JAPANESE_ACCOUNT):
        at = 0
        while match := pattern.search(line, at):
            start, end = trim(line, *match.span("value"))
            at = max(match.start("value"), match.start() + 1)
            if pattern is ACCOUNT and not is_account(line, match):
                continue
            if is_made_up(line[start:end]) and not is_in_address(line, start):
                yield start, end


def is_account(line: str, match: re.Match[str]) -> bool:
    """Whether the word before a pair's value is the name of an account."""
    user = match["user"]
    return (
        match["sep"] in "/|"
        or any(char.isdigit() or char in "._@\\" for char in user)
        or BEFORE_ACCOUNT.search(line, max(0, match.start() - 16), match.start()) is not None
    )


def is_made_up(word: str) -> bool:
    """Whether a token can be no name of a host, a product or a room: "Peony-Taxi-5"."""
    if strength_in_prose(word) != STRONG or len(word) > LONGEST:
        return False
    parts = re.split(r"[-_.,'&!#$%*+?@^~=]", word)
    names = [part for part in parts if len(part) >= 3 and any(char.isalpha() for char in part)]
    return bool(names) and word[-1] != "/"


def is_in_address(line: str, at: int) -> bool:
    """Whether the position is behind `://` without a space between."""
    begin = line.rfind(" ", max(0, at - 200), at) + 1
    return "://" in line[begin:at] or "\\\\" in line[begin:at]


def find_in_qr(line: str) -> Iterator[Span]:
    for match in QR.finditer(line):
        yield match.span(1)


def find_near_login(tokens: Tokens, label: Span) -> Iterator[Span]:
    """Tokens that can be nothing but a password in a sentence about signing in."""
    begin, end = tokens.sentence_of(label[0])
    first = tokens.first_at(label[0])
    for index in range(max(0, first - REACH), min(first + REACH, len(tokens.words))):
        if begin <= tokens.raw[index][0] < end and is_certain(tokens, index):
            yield tokens.spans[index]


def is_certain(tokens: Tokens, index: int) -> bool:
    word = tokens.words[index]
    if tokens.strengths[index] != STRONG or values.DIGIT.search(word) is None or "//" in word:
        return False
    is_assigned = index > 0 and tokens.is_assigned(index) and "/" not in word and "." not in word
    return (is_assigned and not values.is_name_of_thing(word)) or any(
        char in "!#$%*+?@^" for char in word
    )


PAIR = compile_pattern(
    r"(?:^|[\s(\"'“`:=,])(?P<user>[\pL\pN][\pL\pN_.@\\-]*)(?P<sep>\s?/\s?|\s?\|\s|:\s?|\s%|\s{1,2})"
    r"(?P<value>[^\s/|\\:;,()\"“”]{5,60})(?:$|[\s,;.)\"'”`])"
)
WITH = re.compile(
    r"\b(?:with|using|use|mit|avec|con|com|met|med|z|ile|с)\s+(\S{6,60})", re.IGNORECASE
)
USER_THEN_P = re.compile(
    r"(?:^|[\s,;(])(?:u|user|username|usr|login|id|benutzer|un|name)\s{0,3}[:=]\s{0,3}\S{1,60}[\s,;/|]{1,5}"
    r"(?:p|pw|pwd|pass|kw|ww|mdp)\s{0,3}[:=]\s{0,3}(\S{3,60})",
    re.IGNORECASE,
)


#: Names of accounts that people write with a slash and a password.
ACCOUNTS = word_list("accounts")


def is_certain_pair(user: str, value: str) -> bool:
    """Whether "admin/T0aster!" is a pair where no word says so."""
    return user.casefold() in ACCOUNTS or (
        strength_in_prose(value) == STRONG and any(char in "!#$%*?@^" for char in value)
    )


def find_login_pairs(line: str, *, is_labelled: bool, is_announced: bool) -> Iterator[Span]:
    """User and password in one: "admin / Kestrel#904"; or "use Juniper?6081 to sign in"."""
    for match in USER_THEN_P.finditer(line):
        yield read_value(line, match.start(1))[0]
    for match in WITH.finditer(line):
        start, end = trim(line, *match.span(1))
        if strength(line[start:end]) == STRONG:
            yield start, end
    at = 0
    while match := PAIR.search(line, at):
        at = max(named_span(match, "user")[1], at + 1)
        start, end = trim(line, *named_span(match, "value"))
        if len(match["user"]) > 40 or (line[end : end + 1] or " ") in "/=?&\\":
            continue
        is_slash = match["sep"].strip() in ("/", "|")
        if not is_announced and not is_certain_pair(match["user"], line[start:end]):
            continue
        found = strength_in_prose(line[start:end])
        if found == MIXED and not values.DIGIT.search(line[start:end]):
            continue
        if re.fullmatch(r"[a-z]+(?:[-_.][a-z]+)+[-_.]?\d{0,3}", line[start:end]):
            continue
        if (found == STRONG and (is_slash or is_labelled)) or (
            found == MIXED and is_slash and not values.is_name_of_thing(line[start:end])
        ):
            yield start, end
