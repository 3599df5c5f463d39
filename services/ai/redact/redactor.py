"""The same redaction for a whole text and for one that is still being written."""

import re

from services.ai.redact.patterns import HORIZON, PRIVATE_KEY, secrets_in

REDACTED = "[redacted]"
CLOSING = ".,;:)]}"

#: More than any pattern looks back.
LOOKBEHIND = 4


def redact(text: str) -> str:
    parts, done = [], 0
    for found in secrets_in(text):
        parts += [text[done : found.start()], redacted(found)]
        done = found.end()
    return "".join([*parts, text[done:]])


def redacted(found: re.Match[str]) -> str:
    """What was found, the secret in it replaced; punctuation behind it is not taken for it."""
    kept = found[found.lastindex] if found.lastindex else ""
    secret = found[0][len(kept) :].removeprefix(REDACTED)
    closing = secret[len(secret.rstrip(CLOSING)) :]
    return kept + REDACTED + closing


class Redactor:
    """Redacts a text fed in pieces: what `feed` and `close` return makes up `redact` of it all.

    Text is held back until no more of it could make a secret of it: to the end of the line, or
    to the horizon in a long one.
    """

    def __init__(self) -> None:
        self._text = ""
        self._released = 0
        #: How long the text must get before a secret that goes on is looked at again: looking
        #: at each piece would cost the square of its length.
        self._patience = 0

    def feed(self, piece: str) -> str:
        self._text += piece
        if len(self._text) < self._patience:
            return ""
        return self._release(self._settled(), is_all=False)

    def close(self) -> str:
        return self._release(len(self._text), is_all=True)

    def _settled(self) -> int:
        """Up to where no further text can make a secret begin that is not seen yet."""
        horizon = len(self._text) - HORIZON
        end = max(self._text.rfind("\n") + 1, horizon, self._released)
        opening = self._text.rfind(PRIVATE_KEY, max(self._released, horizon))
        return min(end, opening) if opening >= 0 else end

    def _release(self, end: int, *, is_all: bool) -> str:
        done, parts, growth = self._released, [], 0
        for found in secrets_in(self._text, done):
            if found.start() >= end:
                break
            if not is_all and (found.end() > end or found.end() == len(self._text)):
                end, growth = found.start(), (found.end() - found.start()) // 8
                break
            parts += [self._text[done : found.start()], redacted(found)]
            done = found.end()
        parts.append(self._text[done:end])
        forgotten = max(0, end - LOOKBEHIND)
        self._text, self._released = self._text[forgotten:], end - forgotten
        self._patience = len(self._text) + growth
        return "".join(parts)
