"""Redaction of a whole text, and of a stream of text with the same result.

Written by hand, for no library redacts a stream: what is released is final, and equals the
redaction of the whole text (held by property tests in tests/services/ai/redact).

A text is worked on in pieces: a line, or STEP characters of a long one with the characters around
them. So the time for a piece is bounded, whatever the text is.
"""

import re
from collections.abc import Iterator

from services.ai.redact.layouts import Layout
from services.ai.redact.reading import Span
from services.ai.redact.scanner import find_in_piece, merge_spans
from services.ai.redact.values import REDACTED

#: Characters of a long line that are searched at once, and how many around them are seen.
STEP = 512
AROUND = 384

LONG_SECRET = 200

KEY_BEGIN = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"|---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----|PuTTY-User-Key-File-\d: [\w-]{0,40}"
)
KEY_END = re.compile(
    r"-----END [A-Z0-9 ]{1,60}-----|---- END [A-Z0-9 ]{1,60} ----|Private-MAC: [0-9a-f]{1,80}"
)
#: A line inside a private key: base64, a header, or nothing. Mail programs quote it.
KEY_LINE = re.compile(r"[>|\s]*(?:[A-Za-z0-9+/=]{0,200}|[A-Z][\w-]{2,40}: ?[^\n]{0,120})\s*")
#: The same on one line, where line ends are escaped.
KEY_RUN = re.compile(r"(?:[A-Za-z0-9+/=>|]|\\[nrt]|[ \t](?=[A-Za-z0-9+/=]{16}))*")
SECRET_END = re.compile(r"[\s\"'<>]")


def redact(text: str) -> str:
    redactor = Redactor()
    return redactor.feed(text) + redactor.close()


def find_secret_end(text: str, start: int, end: int) -> int:
    """A long secret goes on to the next space: a detector may have read a part of it only."""
    if end - start < LONG_SECRET:
        return end
    space = SECRET_END.search(text, end)
    return space.start() if space else len(text)


class Redactor:
    """Redacts a stream: the joined results of `feed` and `close` equal `redact` of the whole text.

    Text is held back until its line is complete; of a long line, until AROUND characters follow.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._at = 0  # where the next piece begins in the buffer
        self._line_start = 0  # where its line begins, or what is kept of it
        self._skip = 0  # characters from there on that belong to a secret
        self._is_open = False  # that secret goes on to the next space
        self._in_key = False
        self._after_key = ""  # a line end that belongs to a private key, if the key goes on
        self._was_covered = False  # the piece before ended inside a secret
        self._layout = Layout()

    def feed(self, chunk: str) -> str:
        return "".join(self.pieces(chunk))

    def close(self) -> str:
        rest = self._piece(len(self._buffer), len(self._buffer)) if self._buffer else ""
        return rest + self._after_key

    def pieces(self, chunk: str) -> Iterator[str]:
        """Feed, piece by piece; the work for each is bounded."""
        self._buffer += chunk
        while True:
            far = self._at + STEP + AROUND
            newline = self._buffer.find("\n", self._at, far)
            if newline >= 0:
                yield self._piece(newline, newline) + self._end_line()
            elif len(self._buffer) >= far:
                yield self._piece(self._at + STEP, far)
            else:
                break
        kept = max(self._line_start, self._at - AROUND)
        self._buffer, self._at = self._buffer[kept:], self._at - kept
        self._line_start = 0

    def _end_line(self) -> str:
        self._at += 1
        self._line_start, self._skip, self._is_open = self._at, 0, False
        if self._in_key:
            self._after_key += "\n"
            return ""
        return "\n"

    def _piece(self, end: int, visible: int) -> str:
        """The piece up to `end`, redacted; the text up to `visible` is seen, then the line ends
        unless it is seen further than the piece."""
        start = max(self._line_start, self._at - AROUND)
        text = self._buffer[start:visible]
        offset, stop = self._at - start, end - start
        is_whole = self._at == self._line_start and end == visible
        self._at = end
        done, lead = self._skip_key(text, offset, stop, is_whole=is_whole)
        if done >= stop:
            return lead
        covered = self._skip_secret(text, done, stop)
        keys = self._find_keys(text, covered, stop)
        spans = find_in_piece(text, self._layout if is_whole else None) if text else []
        is_line_end = end == visible
        return lead + self._replace(text, covered, stop, merge_spans(keys + spans), is_line_end)

    def _skip_key(self, text: str, offset: int, stop: int, *, is_whole: bool) -> tuple[int, str]:
        """Where the private key of earlier pieces ends in this one, and what to release first."""
        if not self._in_key:
            return offset, ""
        end = KEY_END.search(text, max(0, offset - 80))
        if end and end.start() < stop:
            self._in_key, self._after_key = False, ""
            self._skip = max(0, end.end() - stop)
            return max(offset, min(end.end(), stop)), ""
        if is_whole and KEY_LINE.fullmatch(text, offset, stop):
            return stop, ""
        run = KEY_RUN.match(text, offset, stop)
        if not is_whole and run and run.end() >= stop - 1:
            return stop, ""
        self._in_key, lead, self._after_key = False, self._after_key, ""
        return (run.end() if run and not is_whole else offset), lead

    def _skip_secret(self, text: str, offset: int, stop: int) -> int:
        """Where the secret of the piece before ends in this one."""
        done = min(offset + self._skip, stop)
        self._skip -= done - offset
        if self._is_open and done < stop:
            space = SECRET_END.search(text, done, stop)
            self._is_open = space is None
            done = space.start() if space else stop
        return done

    def _find_keys(self, text: str, offset: int, stop: int) -> list[Span]:
        """Private keys that begin in this piece. One may go on in the next."""
        spans: list[Span] = []
        while (begin := KEY_BEGIN.search(text, offset)) and begin.start() < stop:
            end = KEY_END.search(text, begin.end())
            run = KEY_RUN.match(text, begin.end())
            offset = end.end() if end else run.end() if run else begin.end()
            if not end and not text[offset:].strip():
                self._in_key, offset = True, len(text)
            spans.append((begin.start(), offset))
        return spans

    def _replace(
        self, text: str, offset: int, stop: int, spans: list[Span], is_line_end: bool
    ) -> str:
        parts, done, is_covered = [], offset, offset > 0 and self._was_covered
        for start, end in spans:
            if start >= stop or end <= done:
                continue
            start, end = max(start, done), find_secret_end(text, start, end)
            if start > done or not is_covered:
                parts += [text[done:start], REDACTED]
            done, is_covered = end, True
        self._was_covered = is_covered and done >= stop
        if done > stop:
            self._skip = done - stop
            self._is_open = not is_line_end and done == len(text) and not self._in_key
            return "".join(parts)
        return "".join([*parts, text[done:stop]])
