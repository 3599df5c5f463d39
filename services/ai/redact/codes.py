"""PINs, verification codes and recovery keys: digits near a word for a code."""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator

from services.ai.redact.reading import CJK, TOKEN, Span
from services.ai.redact.values import ORDINARY, STRONG, strength, trim
from services.ai.redact.words import ROLES, word_list

REACH = 9
#: A letter or digit; Japanese has no blanks around a code.
WORD_CHAR = rf"[^\W{CJK}]"
EDGE = rf"(?<!{WORD_CHAR})(?<![.,#+/-])"
#: A code in one piece or in groups, with no letter or digit next to it.
CODE = re.compile(
    rf"{EDGE}(?:[A-Z]{{1,3}}-)?\d{{3,4}}(?:[ -]\d{{3,4}}){{1,2}}(?!{WORD_CHAR}|[/-])"
    rf"|{EDGE}(?<!\d\s)\d{{2}}(?: \d{{2}}){{2,3}}(?!{WORD_CHAR}|[/-]|\s?\d)"
    rf"|{EDGE}(?:[A-Z]{{1,3}}-)?\d{{4,10}}#?(?!{WORD_CHAR}|/|[.,:]\d|-\d)"
    rf"|{EDGE}(?=[A-Z-]{{0,4}}\d)[A-Z0-9]{{3}}-[A-Z0-9]{{3}}(?:-[A-Z0-9]{{3}})?(?!{WORD_CHAR}|[/-])"
    rf"|{EDGE}[A-Z0-9]{{4,8}}(?:-[A-Z0-9]{{4,8}}){{0,2}}(?!{WORD_CHAR}|[/-])",
)
#: What stands before a group of digits of a telephone number.
TELEPHONE = re.compile(r"\+\d{1,3}[ -]?(?:\(?\d{1,4}\)?[ -])?$")
ANY_SIX = re.compile(r"\d{3}[ -]?\d{3}")
#: "the code 551870 from the app": a word for a code, and a source of codes in the same sentence.
CODE_OF_SOURCE = re.compile(
    r"(?<![^\W_])(?:code|kode?n?|kodu|koden|código|codigo|codice|код\w{0,2}|コード|token|number|nummer)[\s:：\"'“„«(]{1,3}"
    r"(\d{6,8}|\d{3}[ -]\d{3})(?![\w/-]|[.,:]\d)",
    re.IGNORECASE,
)
SOURCE = re.compile(
    r"authenti[ck]ator|autentic|autenti[ck]|(?<![^\W_])(?:sms|смс|2fa|mfa|otp|rsa|securid|yubi\w*|duo|okta|token\w*)(?![^\W_])|text message|verif|one-time|einmal|認証",
    re.IGNORECASE,
)
STATED_DIGITS = re.compile(
    r"\s(?:is|was|ist|war|lautet|est|es|era|é|è|är|er|to)\s(\d{6})(?![\w/-]|[.,:]\d)", re.IGNORECASE
)
SIX_DIGITS = re.compile(r"(?<![\w.,#+/-])(?<!\d\s)\d{3}[ -]\d{3}(?![\w/-]|\s?\d|[.,:]\d)")
UNIT = re.compile(
    r"\s*(?:%|°|(?:digit|character|char|minute|min|second|sec|hour|day|week|month|year|time|user|attempt|zeichen|stell|ziffer|"
    r"minut|sekund|stund|tag|chiffre|caract|jour|heure|cifr|dígit|día|hora|tecken|siffr|tegn|ciffer|cijfer|teken|znak|cyfr|hane|"
    r"dakika|saniye|символ|цифр|минут|секунд|хвилин|桁|分|文字|秒|[年月日時时点號号回件名人円元度]|[년월일시분초번층개명건회호원])\w*)",
    re.IGNORECASE,
)
STOP = word_list("code_stops")
NUMBERED_GROUPS = re.compile(r"(?<!\d)\d{6}(?:(?:[- ]|\s-\s)\d{6}){5,7}(?!\d)")
BASE32_GROUPS = re.compile(r"(?<![A-Za-z0-9])(?:[a-z2-7]{4}[ -]){3,15}[a-z2-7]{2,4}(?![A-Za-z0-9])")
KEY_GROUPS = re.compile(r"(?<![A-Za-z0-9-])(?:[A-Z0-9]{4,6}-){3,8}[A-Z0-9]{4,6}(?![A-Za-z0-9-])")
#: Codes of a list, also several on one line.
LIST_CODE = re.compile(
    r"(?<![\w.:/-])(?:\d{4,10}|(?=[a-z]*\d)[a-z0-9]{8,12}|(?=[A-Z]*\d)[A-Z0-9]{6,12}|[A-Za-z0-9]{4,6}(?:-[A-Za-z0-9]{4,6}){1,3}|\d{3,4} \d{3,4})(?![\w/:-])"
)
#: Words of sentences that no list of words for recovery phrases has.
NOT_IN_PHRASE = word_list("not_in_phrases")
PHRASE = re.compile(r"\b[a-z]{3,8}(?:[ ,]{1,2}[a-z]{3,8}){11,23}\b")


def find_candidates(line: str) -> list[Span]:
    """Everything on the line that may be a code, for all labels."""
    return [
        match.span()
        for match in CODE.finditer(line)
        if is_code(match[0])
        and not UNIT.match(line, match.end())
        and not TELEPHONE.search(line, max(0, match.start() - 12), match.start())
    ]


def find_codes(line: str, label: Span, candidates: list[Span]) -> Iterator[Span]:
    """The digits behind, or before, a word for a code."""
    index = bisect_left(candidates, (label[1], 0))
    following = candidates[index][0] if index < len(candidates) else sys.maxsize
    if following < label[1] + 200 and following < reach_end(line, label[1]):
        yield candidates[index]
    if index and label[0] - candidates[index - 1][1] < 60:
        start, end = candidates[index - 1]
        between = line[end : label[0]].casefold().split()
        if len(between) <= 4 and not ROLES.isdisjoint(between):
            yield start, end


def find_six_digits(line: str, label: Span) -> Iterator[Span]:
    """Six digits behind a word that may mean a code, such as "SMS": in two groups, or stated."""
    stated = STATED_DIGITS.match(line, label[1])
    before = line[max(0, label[0] - 20) : label[0]].casefold().split()
    if stated and not (before and before[-1] in STOP):
        yield stated.span(1)
    for match in SIX_DIGITS.finditer(line, label[1], reach_end(line, label[1])):
        if not UNIT.match(line, match.end()):
            yield match.span()


def find_codes_of_source(line: str) -> Iterator[Span]:
    """Six to eight digits behind a word for a code, where the line names a source of such codes."""
    for match in CODE_OF_SOURCE.finditer(line):
        start, end = match.span()
        before = line[max(0, start - 24) : start].casefold().split()
        if before and before[-1].rstrip(":") in STOP:
            continue
        if SOURCE.search(line, max(0, start - 80), start) or SOURCE.search(line, end, end + 80):
            yield match.span(1)


def find_code_behind(line: str, end: int) -> Iterator[Span]:
    """The first code within reach."""
    yield from find_codes(line, (end, end), find_candidates(line))


def reach_end(line: str, start: int) -> int:
    """How far a code may be from its label: some words, up to one that denies it."""
    position = start
    for number, match in enumerate(TOKEN.finditer(line, start, start + 200)):
        word = line[slice(*trim(line, *match.span()))].casefold()
        # A password may end in "!" and is no end of a sentence: "MFA code Hunter2! 493021".
        is_break = (
            match[0].endswith((".", "!", "?", "。"))
            and not match[0][0].isdigit()
            and strength(match[0]) < STRONG
        )
        if number >= REACH or word in STOP:
            return position
        if number == 0 and re.fullmatch(r"\d{1,3}", word) and not CODE.match(line, match.start()):
            return start
        position = match.end()
        if is_break:
            break
    return position


def is_code(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    if re.fullmatch(r"[A-Z]{2,5}-?\d{1,3}", text):
        return False
    if not text.replace("-", "").replace(" ", "").isdigit() and ORDINARY.fullmatch(text):
        return False
    is_grouped = re.fullmatch(r"[A-Z0-9]{3}(?:-[A-Z0-9]{3}){1,2}", text) is not None
    return digits >= 4 or (digits >= 2 and len(text) >= 6 and (text.isalnum() or is_grouped))


def find_recovery_keys(line: str, *, is_labelled: bool) -> Iterator[Span]:
    """BitLocker keys by themselves; other keys in groups where a word for a key stands near."""
    for match in NUMBERED_GROUPS.finditer(line):
        yield match.span()
    if not is_labelled:
        return
    for pattern in (KEY_GROUPS, BASE32_GROUPS):
        for match in pattern.finditer(line):
            if any(char.isdigit() for char in match[0]):
                yield match.span()
    for match in PHRASE.finditer(line):
        if NOT_IN_PHRASE.isdisjoint(match[0].replace(",", " ").split()):
            yield match.span()


def find_listed_codes(line: str) -> Iterator[Span]:
    """The codes on a line of a list of backup codes."""
    for match in LIST_CODE.finditer(line):
        if sum(char.isdigit() for char in match[0]) >= 2 or "-" in match[0]:
            yield match.span()


def is_list_of_codes(line: str) -> bool:
    """Whether the line holds nothing but codes, numbered or marked as a list."""
    rest = LIST_CODE.sub("", line)
    return (
        rest != line
        and re.fullmatch(rf"[\s\d.,;|*•)(\[\]{CJK}-]*(?:used|ok|x|✓)?[\s)]*", rest) is not None
    )
