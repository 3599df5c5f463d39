"""The tokens of a line, and the sentences they stand in."""

import re
import sys
from bisect import bisect_left

from services.ai.redact.reading import TOKEN, Span
from services.ai.redact.values import MIXED, strength_in_prose, trim

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
        self.strengths = [strength_in_prose(word) for word in self.words]
        #: The tokens that may be a password, in order.
        self.candidates = [index for index, found in enumerate(self.strengths) if found >= MIXED]
        self._starts = [start for start, _ in self.raw]
        self.breaks = [match.start() for match in SENTENCE_END.finditer(line)]

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
