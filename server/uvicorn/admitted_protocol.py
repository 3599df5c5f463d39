"""uvicorn's HTTP protocol for a connection that `server.http.connection_limits` has admitted."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from server.http.connection_limits import Admission, ConnectionLimiter, ConnectionRefused
from server.uvicorn.lingering_close import close_lingering
from server.uvicorn.rejections import CONNECTION_REJECTIONS, Rejection
from server.uvicorn.websocket_protocol import DirectWebSocketProtocol

#: Refused connections that may be open for their response; others are aborted.
MOST_REFUSED_OPEN = 64


class AdmittedHttpProtocol(HttpToolsProtocol):
    """Counts its connection, also after the upgrade to a WebSocket. A reserved connection serves
    one request."""

    def __init__(self, *args: Any, limiter: ConnectionLimiter | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limiter = limiter or ConnectionLimiter()
        self._admission: Admission | None = None
        self._is_reserved = False

    def _admit(self, transport: asyncio.Transport) -> bool:
        """Whether the connection is admitted. If not, it gets a response and is closed."""
        host = self.client[0] if self.client else ""
        try:
            self._admission = self._limiter.admit(host, self._displace)
        except ConnectionRefused as refused:
            self._refuse(transport, CONNECTION_REJECTIONS[refused.reason])
            return False
        self._is_reserved = self._admission.is_reserved
        return True

    def _displace(self) -> None:
        self.transport.abort()

    def _refuse(self, transport: asyncio.Transport, rejection: Rejection) -> None:
        """Only the first connections of a flood get a response."""
        self._count_rejection(rejection)
        if self._limiter.refused_open >= MOST_REFUSED_OPEN:
            transport.abort()
            return
        self._limiter.refused_open += 1
        close_lingering(transport, self.loop, rejection.response, self._end_refused)

    def _end_refused(self, exc: Exception | None) -> None:
        self._limiter.refused_open -= 1
        self.connection_lost(exc)

    def _count_rejection(self, rejection: Rejection) -> None:
        self._limiter.refusals.count(
            rejection.reason, f"Rejected a request: {rejection.code}. {rejection.message}"
        )

    def _protect_admission(self) -> None:
        """The request of this reserved connection is complete: it is displaced no more."""
        if self._admission is not None:
            self._admission.protect()

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        websocket = self.transport.get_protocol()
        if isinstance(websocket, DirectWebSocketProtocol):
            websocket.admission = self._admission
        else:
            self._release_admission()

    def connection_lost(self, exc: Exception | None) -> None:
        self._release_admission()
        super().connection_lost(exc)

    def _release_admission(self) -> None:
        if self._admission is not None:
            self._admission.release()
