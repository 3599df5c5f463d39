"""WebSockets as uvicorn speaks them, with a way past it for what many are told alike."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from realtime.broadcast import Subscribers
from server.uvicorn.direct_frames import EXTENSION, ConnectionClosed, frame_header


class DirectWebSocketProtocol(WebSocketsSansIOProtocol):
    """An `Outlet`, which the application finds in the scope of the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_write_paused = False
        self.on_drain = Subscribers()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def send_text(self, before: bytes, payload: bytes, behind: bytes) -> None:
        transport = self.transport
        if self.close_sent or transport.is_closing():
            raise ConnectionClosed
        if self.conn.extensions:
            self.conn.send_text(b"".join((before, payload, behind)))
            transport.write(b"".join(self.conn.data_to_send()))
            return
        head = frame_header(len(before) + len(payload) + len(behind))
        transport.write(b"".join((head, before, payload, behind)))

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_write_paused = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_write_paused = False
        self.on_drain.notify()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        # As a client who is gone is one who takes anything.
        self.is_write_paused = False
        self.on_drain.notify()
