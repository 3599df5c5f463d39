"""Redaction of a whole text, and of a stream of text with the same result.

Written by hand, for no library redacts a stream: what is released is final, and equals the
redaction of the whole text (held by property tests in tests/services/ai/redact).
"""

import re

from services.ai.redact.patterns import HORIZON, PRIVATE_KEY, find_secrets

REDACTED = "[redacted]"
CLOSING_PUNCTUATION = ".,;:)]}"

#: More characters than any pattern's lookbehind.
LOOKBEHIND = 4


def redact(text: str) -> str:
    parts, done = [], 0
    for match in find_secrets(text):
        parts += [text[done : match.start()], redact_match(match)]
        done = match.end()
    return "".join([*parts, text[done:]])


def redact_match(match: re.Match[str]) -> str:
    """Replace the secret in a match. Closing punctuation after it is kept."""
    kept = match[match.lastindex] if match.lastindex else ""
    secret = match[0][len(kept) :].removeprefix(REDACTED)
    closing = secret[len(secret.rstrip(CLOSING_PUNCTUATION)) :]
    return kept + REDACTED + closing


class Redactor:
    """Redacts a stream: the joined results of `feed` and `close` equal `redact` of the whole text.

    Text is held back until no later text can make it part of a secret: until the end of its line,
    or, in a long line, until HORIZON characters follow it.
    """

    def __init__(self) -> None:
        self._text = ""
        self._released = 0
        #: Length of the text below which an unfinished secret is not searched again: a search for
        #: each chunk would take quadratic time.
        self._next_search = 0

    def feed(self, chunk: str) -> str:
        self._text += chunk
        if len(self._text) < self._next_search:
            return ""
        return self._release(self._settled_end(), is_final=False)

    def close(self) -> str:
        return self._release(len(self._text), is_final=True)

    def _settled_end(self) -> int:
        """The position before which later text cannot start a new secret."""
        horizon = len(self._text) - HORIZON
        end = max(self._text.rfind("\n") + 1, horizon, self._released)
        opening = self._text.rfind(PRIVATE_KEY, max(self._released, horizon))
        return min(end, opening) if opening >= 0 else end

    def _release(self, end: int, *, is_final: bool) -> str:
        done, parts, growth = self._released, [], 0
        for match in find_secrets(self._text, done):
            if match.start() >= end:
                break
            if not is_final and (match.end() > end or match.end() == len(self._text)):
                end, growth = match.start(), (match.end() - match.start()) // 8
                break
            parts += [self._text[done : match.start()], redact_match(match)]
            done = match.end()
        parts.append(self._text[done:end])
        dropped = max(0, end - LOOKBEHIND)
        self._text, self._released = self._text[dropped:], end - dropped
        self._next_search = len(self._text) + growth
        return "".join(parts)
