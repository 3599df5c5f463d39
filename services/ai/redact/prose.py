"""Passwords in sentences: near a word for a password, in 13 languages.

A token that cannot be a word ("Marble!2291") is a secret wherever it stands in the sentence; one
that may be a name or a model ("k7mw3x") only right behind the label or a verb that leads to it; a
plain word only behind a verb or a colon, where it ends its clause.
"""

import re
from collections.abc import Iterator

from services.ai.redact import values
from services.ai.redact.codes import UNIT
from services.ai.redact.phrases import find_phrase, find_word
from services.ai.redact.reading import QUOTES, Span, Tokens, read_quoted, read_value
from services.ai.redact.values import MIXED, STRONG, WORD, strength
from services.ai.redact.words import COPULAS, LINKS, NOT_SECRET, ROLES, compile_pattern, word_list

#: How many tokens from the label a secret may be.
REACH = 20
REACH_BEFORE = 20
#: Within so many tokens a verb or preposition may lead to it, and so many characters it has.
NEAR = 6
#: Within so many tokens behind the label a plain word may be one.
REACH_OF_WORDS = 12
#: How many tokens into the sentence before and behind.
REACH_ADJACENT = 16
#: No word is so long.
LONG = 64
#: Behind these stands a place, unless it has a symbol.
PLACES = frozenset(("on", "at", "på", "from", "device", "computer", "host", "pc"))
QUOTED_EDGE = "\"'`“”«»„‘’,.;:=()[]{}"

SEPARATOR = re.compile(
    r"""["'”»*_`)\]]{0,4}\s{0,20}(?:\([^()\n]{1,40}\)\s{0,3})?(?:=>|->|→|:=|[:=：＝]{1,2})[\s*_]{0,20}"""
)
#: Labels of a user name and a password together.
SERIAL_WORDS = frozenset(
    (
        "s/n",
        "sn",
        "serial",
        "number",
        "asset",
        "model",
        "id",
        "no",
        "ticket",
        "tag",
        "host",
        "device",
    )
)
CREDENTIALS = (
    "cred",
    "login",
    "zugangsdaten",
    "anmeldedaten",
    "identifiants",
    "inlogg",
    "dane",
    "giriş",
    "учет",
    "учёт",
    "ログイン",
)
ASSIGNS = re.compile(r"[:=：→>]")
QUALIFIER = compile_pattern(
    r"^\s{1,3}(?:for|of|on|to|at|in|from|für|fürs|von|vom|der|des|zum|zur|im|am|pour|de|du|d['’]|del|para|"
    r"por|per|di|della|dell['’]|do|da|dos|das|dla|voor|van|för|till|til|от|для|к|на|från|fra|med|w|with|as)"
    r"(?:\s{1,2}[\pL\pN_.@'’\\/-]+){0,5}?\s{0,2}(?:=>|->|→|[:=：])\s{0,10}"
)
CLAUSE_END = re.compile(
    r"""\s*(?:[.,;!?()。、（）|]|-\s|–|\Z|\n|[”"'»]|<|(?<=\s)[\w.-]{1,30}\s?[:=](?!\S\s))"""
)
DEFAULTS = word_list("default_passwords")
#: A label that names things as well: a secret of Kubernetes, a token.
NAMED_THINGS = frozenset(("secret", "token"))
CONJUNCTION = re.compile(
    r"\s+(?:and|but|or|since|on|for|und|aber|et|mais|y|pero|e|ma|però|mas|en|maar|i|ale|och|men|og|ve|ama|и|но|а)\s",
    re.IGNORECASE,
)
PARTICIPLE = re.compile(
    r"[a-z]+(?:ed|ing|ly|able|ible|ert|iert|ado|ada|ido|ida|ato|ata|ito|ita|uto|uta)", re.IGNORECASE
)


def find_near_label(line: str, tokens: Tokens, label: Span) -> Iterator[Span]:
    """The secrets around a word for a password."""
    if not line[slice(*label)].casefold().startswith(CREDENTIALS):
        yield from read_assigned(line, label[1]) or ()
    yield from find_behind(line, tokens, label[1])
    yield from find_before(tokens, label[0])
    yield from find_adjacent(tokens, label)
    yield from find_word(line, tokens, label)
    yield from find_phrase(line, label)


def find_near_key(line: str, tokens: Tokens, label: Span) -> Iterator[Span]:
    """The value of a key or token: behind its label, and no plain word."""
    for start, end in read_assigned(line, label[1]) or ():
        if (
            strength(line[start:end]) >= MIXED
            or line[start - 1] in QUOTES
            or is_key(line[start:end])
        ):
            yield start, end
    first = tokens.first_at(label[1])
    stop = tokens.sentence_of(label[1])[1]
    is_thing = line[slice(*label)].casefold() in NAMED_THINGS
    is_linked = True
    for index in range(first, min(first + 6, len(tokens.words))):
        start, end = tokens.spans[index]
        if tokens.raw[index][0] >= stop:
            return
        if is_linked and line[tokens.raw[index][0]] in QUOTES:
            quoted = read_quoted(line, tokens.raw[index][0])
            is_strong = quoted is not None and strength(line[slice(*quoted)]) >= MIXED
            if quoted and (is_strong or not is_thing) and is_quoted_secret(line[slice(*quoted)]):
                yield quoted
                if is_strong:
                    return
                # It may be the name of the network, and its key behind it.
        found, word = tokens.strengths[index], tokens.words[index]
        if (is_linked and (found >= MIXED or is_key(word))) or found == STRONG:
            yield start, end
        is_linked = (
            tokens.folded[index] in LINKS or not word or line[tokens.raw[index][1] - 1] in ":=→："
        )
    yield from find_before(tokens, label[0])


def is_key(word: str) -> bool:
    """Whether it is a key by its alphabet: hexadecimal digits, or words joined by hyphens."""
    if re.fullmatch(r"[0-9A-Fa-f]{16,128}|\d{8,24}", word):
        return True
    return (
        re.fullmatch(r"[^\W\d_]+(?:[-._][^\W\d_]+)+", word) is not None
        and word.islower()
        and word.count("-") + word.count(".") + word.count("_") >= 2
    )


def read_assigned(line: str, end: int) -> list[Span] | None:
    """The value behind a colon or equals sign; None where none follows."""
    separator = SEPARATOR.match(line, end)
    if separator is not None:
        return [span for span in [read_password(line, separator.end())] if span]
    if line[end : end + 1] not in (" ", "\t") or not ASSIGNS.search(line, end, end + 200):
        return None
    match = QUALIFIER.search(line[end : end + 220])
    if match is not None:
        return [span for span in [read_password(line, end + match.end())] if span]
    return None


def read_password(line: str, start: int) -> Span | None:
    """The value assigned to a password, or None where it is a remark."""
    span, is_quoted = read_value(line, start)
    value = line[span[0] : span[1]]
    if not value or values.is_placeholder(value):
        return None
    if is_quoted:
        return span
    if strength(value) >= MIXED or len(value) >= LONG:
        return span
    if line[start : start + 1] == "(" or not values.is_plain_password(value):
        return None
    return span if CLAUSE_END.match(line, span[1]) else None


def find_behind(line: str, tokens: Tokens, end: int) -> Iterator[Span]:
    stop = tokens.sentence_of(end)[1]
    is_linked, previous = True, ""
    first = tokens.first_at(end)
    has_far = tokens.candidates_between(first + REACH_OF_WORDS, first + REACH)
    reach = REACH if has_far else REACH_OF_WORDS
    for index in range(first, min(first + reach, len(tokens.words))):
        (begin, limit), word, found = (
            tokens.raw[index],
            tokens.words[index],
            tokens.strengths[index],
        )
        if begin >= stop:
            return
        if is_linked and line[begin] in QUOTES:
            quoted = read_quoted(line, begin)
            if quoted and is_quoted_secret(line[slice(*quoted)]):
                yield quoted
                return
        if index - first <= 2 and values.MASK.fullmatch(line[begin:limit].strip(QUOTED_EDGE)):
            return
        if found == STRONG and previous in PLACES and not values.has_symbol(word):
            found = MIXED
        if (
            found == STRONG
            or (found == MIXED and is_linked)
            or (found == MIXED and values.is_distinct(word) and not is_serial(tokens, index))
            or (index == first and is_pin(line, *tokens.spans[index]))
            or (is_linked and tokens.folded[index] in DEFAULTS)
            or (found == WORD and previous in COPULAS and is_stated(line, *tokens.spans[index]))
        ):
            yield tokens.spans[index]
        previous = tokens.folded[index]
        is_linked = previous in LINKS or line[limit - 1] in ":=→：" or not word


def is_serial(tokens: Tokens, index: int) -> bool:
    """Whether the word before says that it is the number of a thing."""
    return index > 0 and tokens.folded[index - 1] in SERIAL_WORDS


def is_pin(line: str, start: int, end: int) -> bool:
    """Whether a number right behind the label is the password: "voicemail password 4471"."""
    return re.fullmatch(r"\d{4,10}", line[start:end]) is not None and not UNIT.match(line, end)


def is_quoted_secret(text: str) -> bool:
    if values.is_placeholder(text) or len(text) < 4:
        return False
    words = text.split()
    if len(words) == 1:
        return strength(text) >= WORD and text.casefold() not in NOT_SECRET
    return len(words) <= 8 and sum(word.casefold() in NOT_SECRET for word in words) * 2 <= len(
        words
    )


def is_stated(line: str, start: int, end: int) -> bool:
    """Whether a plain word behind a verb is the password: "is buttercup and", "era girasol,"."""
    word = line[start:end]
    if not values.is_plain_password(word) or len(word) < 4 or PARTICIPLE.fullmatch(word):
        return False
    if word.isupper() and len(word) < 6:
        return False
    return bool(CLAUSE_END.match(line, end) or CONJUNCTION.match(line, end))


def find_before(tokens: Tokens, start: int) -> Iterator[Span]:
    """Secrets before the label: "... as her password"."""
    last = tokens.first_at(start)
    begin = max(last - REACH_BEFORE, tokens.first_at(tokens.sentence_of(start)[0]))
    for index in tokens.candidates_between(begin, last):
        if tokens.raw[index][1] > start:
            continue
        word, distance = tokens.words[index], last - index
        is_near = (
            distance <= NEAR
            and len(word) >= NEAR
            and values.DIGIT.search(word) is not None
            and not ROLES.isdisjoint(tokens.folded[index + 1 : last])
        )
        is_far = values.is_distinct(word) and not is_serial(tokens, index)
        if tokens.strengths[index] == STRONG or is_near or is_far:
            yield tokens.spans[index]


def find_adjacent(tokens: Tokens, label: Span) -> Iterator[Span]:
    """Tokens of the sentences before and behind that can be nothing but a password:
    "Change Lake.Bird55? That has been the admin password"."""
    begin, end = tokens.sentence_of(label[0])
    first, behind = tokens.first_at(begin), tokens.first_at(end)
    for index in (
        *tokens.candidates_between(first - REACH_ADJACENT, first),
        *tokens.candidates_between(behind, behind + REACH_ADJACENT),
    ):
        if tokens.strengths[index] == STRONG:
            yield tokens.spans[index]
