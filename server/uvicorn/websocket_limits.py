"""How much a client may send on one WebSocket: few messages until it has signed in, then a number
per minute."""

import time
from dataclasses import dataclass
from typing import NamedTuple

#: https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1
MESSAGE_TOO_BIG = 1009
#: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
TOO_MANY_REQUESTS = 4429

#: A message counts once for each of these bytes that it begins.
BYTES_PER_MESSAGE = 4_096
#: Of a client that has not signed in: `connection_init`, and pings of the WebSocket protocol.
FRAMES_BEFORE_SIGN_IN = 64
WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class WebSocketLimits:
    """What one connection may send."""

    messages_per_minute: int = 1_200
    #: Until the client has signed in.
    init_bytes: int = 65_536


DEFAULT_LIMITS = WebSocketLimits()


class LimitExceeded(NamedTuple):
    """How to close the connection."""

    code: int
    reason: str


TOO_MANY_MESSAGES = LimitExceeded(TOO_MANY_REQUESTS, "Too many messages")
INIT_TOO_LARGE = LimitExceeded(MESSAGE_TOO_BIG, "connection_init is too large")


class MessageCounter:
    """Counts what one client has sent. Frames of every type count, fragments too."""

    __slots__ = ("_bytes", "_is_signed_in", "_limits", "_window_start", "frames")

    def __init__(self, limits: WebSocketLimits) -> None:
        self._limits = limits
        self._is_signed_in = False
        self.restart()

    def restart(self) -> None:
        """Begin a window: after the handshake, after sign-in, and whenever one has passed."""
        self.frames = self._bytes = 0
        self._window_start = time.monotonic()

    def mark_signed_in(self) -> None:
        """Apply the limits of signed-in clients from now on."""
        self._is_signed_in = True
        self.restart()

    def add(self, frames: int, size: int) -> LimitExceeded | None:
        """Count what has been read, in bytes; returns the limit that it exceeds."""
        self.frames += frames
        self._bytes += size
        if not self._is_signed_in:
            if self.frames > FRAMES_BEFORE_SIGN_IN:
                return TOO_MANY_MESSAGES
            return INIT_TOO_LARGE if self._bytes > self._limits.init_bytes else None
        messages = self.frames + self._bytes // BYTES_PER_MESSAGE
        if messages <= self._limits.messages_per_minute:
            return None
        # The clock is read only here.
        if time.monotonic() < self._window_start + WINDOW_SECONDS:
            return TOO_MANY_MESSAGES
        self.restart()
        return None
