"""The shortest way to the client of a WebSocket: text frames, past everything that handles each
message in between.

The server's protocol class offers it to the application, as an extension of ASGI. It is for what
many are told alike: there the way would cost several times what the message does.
"""

from struct import pack
from typing import Protocol

from starlette.types import Scope

from services.runs import Audience

EXTENSION = "sessions.outlet"

#: Of a frame: the last of its message, and text.
FINAL_TEXT = 0x81


class Gone(Exception):
    """Nothing more can be sent: the client has left, or is being told that it must."""


class Outlet(Protocol):
    #: Called when a client who was slow has taken what was sent, and when there is none any more.
    relief: Audience

    @property
    def is_full(self) -> bool:
        """The client has not taken yet what was sent: whatever is to come has to wait."""

    def send_text(self, *parts: bytes) -> None:
        """One message. Raises Gone."""


def outlet_of(scope: Scope) -> Outlet | None:
    """None where the server is not ours."""
    found: Outlet | None = scope["extensions"].get(EXTENSION)
    return found


def head_of(length: int) -> bytes:
    """What comes before so many bytes: https://www.rfc-editor.org/rfc/rfc6455#section-5.2"""
    if length < 126:
        return pack("!BB", FINAL_TEXT, length)
    if length < 65536:
        return pack("!BBH", FINAL_TEXT, 126, length)
    return pack("!BBQ", FINAL_TEXT, 127, length)
