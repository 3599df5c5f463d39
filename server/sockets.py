"""WebSockets as uvicorn speaks them, with a way past it for what many are told alike."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import State

from server.outlet import EXTENSION, Gone, head_of
from services.runs import Audience


class DirectWebSocket(WebSocketsSansIOProtocol):
    """An `Outlet`, which the application finds in the scope of the connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relief = Audience()

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    @property
    def is_full(self) -> bool:
        return not self.writable.is_set()

    def send_text(self, *parts: bytes) -> None:
        if self.disconnected or self.close_sent or self.conn.state is not State.OPEN:
            raise Gone
        if self.conn.extensions:
            self.conn.send_text(b"".join(parts))
            parts = tuple(self.conn.data_to_send())
        else:
            parts = (head_of(sum(map(len, parts))), *parts)
        self.transport.write(b"".join(parts))

    def resume_writing(self) -> None:
        super().resume_writing()
        self.relief.tell()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.relief.tell()
