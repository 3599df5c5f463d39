"""A request and its answer, on the short way: see `server.uvicorn.http_protocol`."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.uvicorn.response_head import FallBackToUvicorn, ResponseHead, build_head


class FastRequestResponseCycle(RequestResponseCycle):
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
        self._held: tuple[Any, ResponseHead] | None = None

    async def receive(self) -> Any:
        if self.more_body or self._was_read or self.disconnected or self.response_complete:
            message = await super().receive()
            self._was_read = not self.more_body
            return message
        self._was_read = True
        self.flow.resume_reading()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        if self._held is None:
            if self.response_started or not self._hold(message):
                await super().send(message)
            return
        start, head = self._held
        self._held = None
        if self._follows(message, head):
            self._write(head, message["body"])
        else:
            await super().send(start)
            await super().send(message)

    def _hold(self, message: Any) -> bool:
        """Whether a message begins an answer whose body is to follow at once."""
        if message["type"] != "http.response.start":
            return False
        try:
            head = build_head(message["status"], message.get("headers", ()), self.default_headers)
        except FallBackToUvicorn:
            return False
        self._held = message, head
        return True

    def _follows(self, message: Any, head: ResponseHead) -> bool:
        """Whether a message is all of the body, and may be sent as it is."""
        return (
            len(message.get("body", b"")) == head.length > 0
            and not message.get("more_body", False)
            and self.keep_alive
            and not self.disconnected
            and not self.flow.write_paused
        )

    def _write(self, head: ResponseHead, body: bytes) -> None:
        self.response_started = self.response_complete = True
        self.transport.write(head.text + body)
        self.message_event.set()
        self.on_response()

    async def send_500_response(self) -> None:
        self._held = None
        await super().send_500_response()
