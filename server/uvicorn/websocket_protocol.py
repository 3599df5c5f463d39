"""uvicorn's WebSocket protocol with direct frames, an addition that no library offers.

A subscription result that many viewers share is written to each socket as one text frame, past
Starlette, Strawberry's handler and uvicorn, which handle every message of every socket. A viewer
costs 15 to 20 µs of CPU per result this way, instead of 90: see ADR 18.
"""

from struct import Struct
from typing import Any

from starlette.types import Scope
from websockets.http11 import Request

from realtime.broadcast import Subscribers
from server.http.connection_limits import Admission
from server.uvicorn.bounded_websocket import BoundedWebSocketProtocol
from server.uvicorn.unread_responses import UnreadResponses

#: Name of the ASGI extension that holds the `DirectWebSocketProtocol` of a connection.
EXTENSION = "sessions.frame_sender"

#: The first byte of a frame: FIN, and the opcode of text.
FINAL_TEXT = 0x81
SHORT, LONG, LONGEST = Struct("!BB").pack, Struct("!BBH").pack, Struct("!BBQ").pack


class ConnectionClosed(Exception):
    """Nothing can be sent any more: the connection is closed, or about to close."""


def frame_header(length: int) -> bytes:
    """https://www.rfc-editor.org/rfc/rfc6455#section-5.2"""
    if length < 126:
        return SHORT(FINAL_TEXT, length)
    if length < 65536:
        return LONG(FINAL_TEXT, 126, length)
    return LONGEST(FINAL_TEXT, 127, length)


class DirectWebSocketProtocol(UnreadResponses, BoundedWebSocketProtocol):
    """Puts itself into the ASGI scope to send frames directly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Notified when the client has read enough, and when the connection is lost.
        self.on_drain = Subscribers()
        #: Counts the connection until it is lost.
        self.admission: Admission | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101 and not self.close_sent:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def send_text(self, prefix: bytes, payload: bytes, suffix: bytes) -> None:
        """Send one message; the viewers of a result share its payload. Raises ConnectionClosed."""
        transport = self.transport
        if self.close_sent or transport.is_closing():
            raise ConnectionClosed
        if self.conn.extensions:
            self.conn.send_text(b"".join((prefix, payload, suffix)))
            transport.write(b"".join(self.conn.data_to_send()))
            return
        header = frame_header(len(prefix) + len(payload) + len(suffix))
        transport.write(b"".join((header, prefix, payload, suffix)))

    def resume_writing(self) -> None:
        super().resume_writing()
        self.on_drain.notify()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.admission is not None:
            self.admission.release()
        # Wakes writers that wait for the client: `send_text` then raises ConnectionClosed.
        self.on_drain.notify()


def frame_sender(scope: Scope) -> DirectWebSocketProtocol | None:
    """None if another protocol class or server handles the connection."""
    found: DirectWebSocketProtocol | None = scope["extensions"].get(EXTENSION)
    return found
