"""Codes that open a door, a gate or a safe, or silence an alarm: "the gate code is 4821#".

A word for the thing and a word for its code stand in one sentence, or a word for typing. The code
follows the word for it at once, or a verb or a colon.
"""

import re
from collections.abc import Iterator

from services.ai.redact.codes import STOP, UNIT
from services.ai.redact.reading import CJK, SENTENCE_END, Span
from services.ai.redact.words import COPULAS, LINKS, WORDS, label_pattern, label_spans, word_list

#: How many characters behind the word for a code it may stand.
REACH = 60
THING = label_pattern("entry_thing")
CODE = label_pattern("entry_code")
WORD_CHAR = rf"[^\W{CJK}]"
#: Digits, also with letters, in groups, or between the signs of a keypad.
VALUE = re.compile(
    rf"(?<!{WORD_CHAR})(?<![.,:/+-])(?:[*#]{{0,2}}(?=[A-Z0-9]{{0,3}}\d)[A-Z0-9]{{3,8}}[*#]{{0,2}}"
    rf"|\d{{1,2}}(?:-\d{{1,2}}){{2,5}}|\d{{2,4}} \d{{2,4}})(?!{WORD_CHAR}|[/%]|[.,:-]\d)"
)
OPENING = label_pattern("entry_opening")
TYPING = frozenset(word for words in WORDS["entry_typing"].values() for word in words)
#: Words that say that it is another code.
DENIALS = STOP - word_list("entry_places")
#: Words behind a number that an alarm shows.
SHOWN = word_list("shown_words")
THEN = frozenset(word for words in WORDS["entry_then"].values() for word in words)
LEADS = LINKS | COPULAS | THEN
PLACES = word_list("numbered_places")
ASSIGNING = (":", "：", "=", "→", "–", "—", "-", "は", "是", "为", "為", "成", ",")
CLAUSE_END = re.compile(r"\s*(?:[.,;!?()。、（）]|$|\s-\s|–)")
EDGES = ".,;:!?()[]\"'“”„«»*_"


def find_entry_codes(line: str) -> Iterator[Span]:
    things = label_spans(THING, line)
    if not things and "#" not in line:
        return
    labels = label_spans(CODE, line)
    for match in VALUE.finditer(line):
        if not is_code(match[0]) or UNIT.match(line, match.end()) or is_shown(line, match.end()):
            continue
        begin, end = sentence_around(line, match.start())
        if not any(begin <= start < end for start, _ in things):
            if match[0][-1] == "#" and is_behind_code(line, labels, match.start()):
                yield match.span()
            continue
        if is_stated(line, labels, begin, *match.span()) or is_typed(line, begin, *match.span()):
            yield match.span()


def sentence_around(line: str, position: int) -> Span:
    begin, end = 0, len(line)
    for match in SENTENCE_END.finditer(line, max(0, position - 200), position + 200):
        if match.end() <= position:
            begin = match.end()
        else:
            end = match.start()
            break
    return begin, end


def is_code(text: str) -> bool:
    digits = sum(char.isdigit() for char in text)
    return digits >= (3 if text.strip("*#") != text else 2 if "-" in text else 3) and (
        len(text) >= 4 or not text.isalnum()
    )


def is_shown(line: str, end: int) -> bool:
    words = line[end : end + 40].casefold().split()
    return any(word.strip(EDGES) in SHOWN for word in words[:3])


def is_stated(line: str, labels: list[Span], begin: int, start: int, end: int) -> bool:
    """Whether a word for a code leads to the value."""
    if line[begin:start].rstrip().endswith((":", "：")) and any(start < each[0] for each in labels):
        return True
    label = max((each for each in labels if begin <= each[0] and each[1] <= start), default=None)
    if label is None or start - label[1] > REACH:
        return False
    between = line[label[1] : start].casefold()
    words = [word.strip(EDGES) for word in between.split()]
    if is_denied(line[max(begin, label[0] - 24) : label[0]]) or not DENIALS.isdisjoint(words):
        return False
    if not words or words[-1] in LEADS or between.rstrip("\"'“„«(`*_ ").endswith(ASSIGNING):
        return True
    return (
        len(words) <= 5
        and words[-1].isalpha()
        and CLAUSE_END.match(line, end) is not None
        and (words[-1] not in PLACES and bool(label_spans(THING, between)))
    )


def is_behind_code(line: str, labels: list[Span], start: int) -> bool:
    """Whether the word for a code stands right before the value."""
    return any(not line[label[1] : start].strip(" :=") for label in labels if label[1] <= start)


def is_denied(before: str) -> bool:
    """Whether the words before say that it is another code: "error code"."""
    words = before.casefold().split()
    return any(word.strip(EDGES) in DENIALS for word in words[-2:]) or before.endswith(
        ("エラー", "错误", "錯誤", "오류 ")
    )


def is_typed(line: str, begin: int, start: int, end: int) -> bool:
    """Whether the value has a sign of a keypad, stands beside a verb of typing, or ends a sentence
    about opening: "opens with 9153"."""
    value = line[start:end]
    if value.endswith(("#", "*")):
        return True
    if not value.strip("*#").isdigit():
        return False
    before = [word.strip(EDGES) for word in line[max(begin, start - 40) : start].casefold().split()]
    behind = [word.strip(EDGES) for word in line[end : end + 24].casefold().split()]
    if not TYPING.isdisjoint((*before[-2:], *behind[:1])):
        return True
    return bool(before) and before[-1] in THEN and OPENING.search(line, begin, start) is not None
