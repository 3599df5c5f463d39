"""Reads a line: its tokens, and a value that begins at a position: quoted, in brackets, or up to the
next space."""

import re
import sys
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from services.ai.redact.values import MAX_TOKEN, MIXED, strength_in_prose, trim
from services.ai.redact.words import named_span

Span = tuple[int, int]

QUOTES = {
    '"': '"',
    "'": "'",
    "`": "`",
    "“": "”",
    "”": "”",
    "«": "»",
    "»": "«",
    "„": "“",
    "‚": "‘",
    "‘": "’",
    "’": "’",
    "「": "」",
    "『": "』",
    "‹": "›",
}
ESCAPED_QUOTES = ('\\\\\\"', '\\"', "\\'", "&quot;", "&#34;", "&apos;", '""')
#: Another setting after a separator ends an unquoted value, as in a connection string.
NEXT_SETTING = re.compile(r"""[;&,|]\s?["']?[\w. -]{1,40}["']?\s?[=:]""")
CJK = "\u3000-\u30ff\u3400-\u9fff\uff00-\uffef"
TOKEN = re.compile(rf"[{CJK}]+|[^\s{CJK}]+")
UNQUOTED = re.compile(rf"[^\s\"<>{CJK}]{{1,{MAX_TOKEN}}}")


def read_value(line: str, start: int) -> tuple[Span, bool]:
    """The span of the value at `start`, and whether it was quoted. Empty if there is none."""
    quoted = read_quoted(line, start)
    if quoted:
        return quoted, True
    return read_unquoted(line, start), False


def read_quoted(line: str, start: int) -> Span | None:
    """The text inside the quotes that open at `start`; None where no quote does or none closes."""
    for mark in ESCAPED_QUOTES:
        if line.startswith(mark, start):
            inside = start + len(mark)
            end = line.find(mark, inside, inside + MAX_TOKEN)
            return (inside, end) if end > inside else None
    closing = QUOTES.get(line[start : start + 1])
    if closing is None:
        return None
    end = line.find(closing, start + 1, start + 1 + MAX_TOKEN)
    while end > 0 and line[end - 1] == "\\" and line[end] == '"':
        end = line.find(closing, end + 1, start + 1 + MAX_TOKEN)
    return (start + 1, end) if end > start + 1 else None


def read_unquoted(line: str, start: int) -> Span:
    match = UNQUOTED.match(line, start)
    if match is None:
        return start, start
    end = match.end()
    following = NEXT_SETTING.search(line, start, end + 42)
    if following and start < following.start() < end:
        end = following.start()
    for mark in ESCAPED_QUOTES[1:3]:
        cut = line.find(mark, start, end)
        if cut > start:
            end = cut
    return trim(line, start, end)


def read_token(line: str, start: int) -> Span:
    """Up to the next space, without punctuation around it."""
    match = TOKEN.match(line, start)
    return trim(line, start, match.end()) if match else (start, start)


def find_values(pattern: Any, line: str) -> Iterator[tuple[Span, Span]]:
    """Each match of the group `value`: its span, and that of the value as it is read there."""
    at = 0
    while match := pattern.search(line, at):
        start, end = named_span(match, "value")
        at = max(end, at + 1)
        span, _ = read_value(line[:end], start)
        yield (start, end), span


SENTENCE_END = re.compile(r"[.!?。]{1,3}[)\"'”»]{0,2}\s+(?=[A-ZÀ-ÞА-ЯŁŚŻĆ])|。|\n")


class Tokens:
    """The tokens of a line without the punctuation around them. `strengths` says what they look
    like. Made once for all labels on the line."""

    def __init__(self, line: str) -> None:
        matches = list(TOKEN.finditer(line))
        self.raw = [match.span() for match in matches]
        self.spans = [trim(line, *span) for span in self.raw]
        self.words = [line[start:end] for start, end in self.spans]
        self.folded = [word.casefold() for word in self.words]
        self._line = line
        self.strengths = [strength_in_prose(word) for word in self.words]
        #: The tokens that may be a password, in order.
        self.candidates = [index for index, found in enumerate(self.strengths) if found >= MIXED]
        self._starts = [start for start, _ in self.raw]
        self.breaks = [match.start() for match in SENTENCE_END.finditer(line)]

    def is_assigned(self, index: int) -> bool:
        """Whether a colon or an equals sign stands before the token."""
        return self._line[self.raw[index - 1][1] - 1] in ":=："

    def first_at(self, position: int) -> int:
        """The index of the first token that starts at the position or later."""
        return bisect_left(self._starts, position)

    def sentence_of(self, position: int) -> Span:
        """Where the sentence around the position begins and ends."""
        index = bisect_left(self.breaks, position)
        begin = self.breaks[index - 1] if index else 0
        end = self.breaks[index] + 1 if index < len(self.breaks) else sys.maxsize
        return begin, end

    def candidates_between(self, first: int, end: int) -> list[int]:
        """The tokens from `first` up to `end` that may be a password."""
        low = bisect_left(self.candidates, first)
        return self.candidates[low : bisect_left(self.candidates, end, low)]
