"""The shortest way to the client of a WebSocket: text frames, past everything that handles each
message in between.

The server's protocol class offers it to the application, as an extension of ASGI. It is for what
many are told alike: there the way would cost several times what the message does.
"""

from struct import Struct
from typing import Protocol

from starlette.types import Scope

from realtime.broadcast import Subscribers

EXTENSION = "sessions.outlet"

#: Of a frame: the last of its message, and text.
FINAL_TEXT = 0x81
SHORT, LONG, LONGEST = Struct("!BB").pack, Struct("!BBH").pack, Struct("!BBQ").pack


class ConnectionClosed(Exception):
    """Nothing more can be sent: the client has left, or is being told that it must."""


class FrameSender(Protocol):
    #: The client has not taken yet what was sent: whatever is to come has to wait.
    is_write_paused: bool
    #: Called when a client who was slow has taken it, and when there is none any more.
    on_drain: Subscribers

    def send_text(self, before: bytes, payload: bytes, behind: bytes) -> None:
        """One message, of what is around a payload that others are sent too. Raises ConnectionClosed."""


def frame_sender(scope: Scope) -> FrameSender | None:
    """None where the server is not ours."""
    found: FrameSender | None = scope["extensions"].get(EXTENSION)
    return found


def frame_header(length: int) -> bytes:
    """What comes before so many bytes: https://www.rfc-editor.org/rfc/rfc6455#section-5.2"""
    if length < 126:
        return SHORT(FINAL_TEXT, length)
    if length < 65536:
        return LONG(FINAL_TEXT, 126, length)
    return LONGEST(FINAL_TEXT, 127, length)
