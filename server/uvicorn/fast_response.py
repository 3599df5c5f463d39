"""The fast request-response cycle: see `server.uvicorn.http_protocol` and ADR 24."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.uvicorn.response_head import FallBackToUvicorn, ResponseHead, build_head


class FastRequestResponseCycle(RequestResponseCycle):
    """Sends head and body of a response in one write, with a cached head. Leaves to uvicorn's cycle
    what is unusual: bodies in chunks, streaming responses, flow control, disconnects, and the last
    response on a connection."""

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
        self._body_was_read = False
        #: The message and the head of a response that waits for its body.
        self._held_head: tuple[Any, ResponseHead] | None = None

    async def receive(self) -> Any:
        if self.more_body or self._body_was_read or self.disconnected or self.response_complete:
            message = await super().receive()
            self._body_was_read = not self.more_body
            return message
        self._body_was_read = True
        self.flow.resume_reading()
        self.message_event.clear()
        body, self.body = bytes(self.body), bytearray()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        if self._held_head is None:
            if self.response_started or not self._hold_head(message):
                await super().send(message)
            return
        start, head = self._held_head
        self._held_head = None
        if self._is_whole_body(message, head):
            self._write(head, message["body"])
        else:
            await super().send(start)
            await super().send(message)

    def _hold_head(self, message: Any) -> bool:
        """Whether the message starts a response of known length; then its head is held back."""
        if message["type"] != "http.response.start":
            return False
        try:
            head = build_head(message["status"], message.get("headers", ()), self.default_headers)
        except FallBackToUvicorn:
            return False
        self._held_head = message, head
        return True

    def _is_whole_body(self, message: Any, head: ResponseHead) -> bool:
        """Whether the message is the whole body, and can be written at once."""
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
        self._held_head = None
        await super().send_500_response()
