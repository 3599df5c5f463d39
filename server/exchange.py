"""A request and its answer, on the short way: see `server.requests`."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.heads import Head, Unusual, head_of


class Exchange(RequestResponseCycle):
    """As uvicorn's, which does whatever is not usual: a body that comes in pieces, an answer in
    parts, a client that is slow or gone, the last answer on a connection."""

    def __init__(self, http: HttpToolsProtocol) -> None:
        super().__init__(
            http.scope,
            http.transport,
            http.flow,
            http.logger,
            http.access_logger,
            http.access_log,
            http.server_state.default_headers,
            asyncio.Event(),
            expect_100_continue=False,
            keep_alive=True,
            on_response=http.on_response_complete,
        )
        self._was_read = False
        #: A head that waits for its body, to be sent together with it, and its message.
        self._held: tuple[Any, Head] | None = None

    async def receive(self) -> Any:
        if self.more_body or self._was_read or self.disconnected or self.response_complete:
            return await super().receive()
        self._was_read = True
        self.flow.resume_reading()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        if self._held is not None:
            await self._send_after(*self._held, message)
        elif self.response_started or not self._hold(message):
            await super().send(message)

    async def send_500_response(self) -> None:
        self._held = None
        await super().send_500_response()

    def _hold(self, message: Any) -> bool:
        """Whether a message begins an answer whose body is to follow at once."""
        if message["type"] != "http.response.start":
            return False
        try:
            head = head_of(message["status"], message.get("headers", ()), self.default_headers)
        except Unusual:
            return False
        self._held = message, head
        return True

    async def _send_after(self, start: Any, head: Head, message: Any) -> None:
        self._held = None
        body = message.get("body", b"")
        if (
            len(body) != head.length
            or message.get("more_body", False)
            or not self.keep_alive
            or self.disconnected
            or self.flow.write_paused
        ):
            await super().send(start)
            await super().send(message)
            return
        self.response_started = self.response_complete = True
        self.transport.write(head.text + body)
        self.message_event.set()
        self.on_response()
