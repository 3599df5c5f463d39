"""uvicorn's HTTP protocol with bounds, and with a fast path for ordinary requests.

The fast path saves a fifth of the CPU of a request, which is why it is written by hand (ADR 24):
response heads are validated and built once for all equal heads, and head and body go out in one
write. Everything unusual is left to uvicorn.
"""

import asyncio
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple, cast

from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from server.uvicorn.bounded_protocol import BoundedHttpProtocol
from server.uvicorn.unread_responses import UnreadResponses

Header = tuple[bytes, bytes]

#: Headers that determine the framing of the response and whether the connection stays open.
FRAMING_HEADERS = frozenset({b"connection", b"content-length", b"transfer-encoding"})


class FallBackToUvicorn(Exception):
    """Control flow: uvicorn's own code must send, or reject, this head."""


class ResponseHead(NamedTuple):
    """An encoded head, and the length of the body that follows."""

    text: bytes
    length: int


def build_head(status: int, headers: Sequence[Header], defaults: Sequence[Header]) -> ResponseHead:
    """The head of a response whose first header is `content-length`. Raises FallBackToUvicorn."""
    name, length = headers[0] if headers else (b"", b"")
    if name != b"content-length" or not length.isdigit():
        raise FallBackToUvicorn
    start = status_and_headers(status, (*defaults, *headers[1:]))
    return ResponseHead(b"%bcontent-length: %b\r\n\r\n" % (start, length), int(length))


@lru_cache(100)
def status_and_headers(status: int, headers: tuple[Header, ...]) -> bytes:
    """Raises FallBackToUvicorn."""
    return b"".join([STATUS_LINE[status], *(header_line(*header) for header in headers)])


def header_line(name: bytes, value: bytes) -> bytes:
    """Raises FallBackToUvicorn."""
    name = name.lower()
    if name in FRAMING_HEADERS or HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
        raise FallBackToUvicorn
    return b"%b: %b\r\n" % (name, value)


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


#: A path without query string and escapes, which needs no parsing.
PLAIN_PATH = re.compile(rb"/[\w/-]*")
#: Headers of a proxy about its client.
FORWARDED_HEADERS = frozenset({b"x-forwarded-for", b"x-forwarded-proto"})


class FastHttpProtocol(UnreadResponses, BoundedHttpProtocol):
    """Gives an ordinary request a `FastRequestResponseCycle`, all others uvicorn's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app
        self._app_without_proxy_headers = (
            app.app if isinstance(app, ProxyHeadersMiddleware) else app
        )
        #: Whether uvicorn's configuration uses none of the features that the fast path omits.
        self._has_fast_path = (
            self.limit_concurrency is None and not self.access_log and not self.root_path
        )

    def on_headers_complete(self) -> None:
        if not self._is_ordinary_request():
            super().on_headers_complete()
            return
        self._finish_head()
        scope = self.scope
        scope["method"] = "POST"
        scope["path"] = self.url.decode()
        scope["raw_path"] = self.url
        scope["query_string"] = b""
        self.cycle = FastRequestResponseCycle(self)
        is_forwarded = not FORWARDED_HEADERS.isdisjoint([name for name, _ in self.headers])
        self._start_asgi_task(
            self.cycle, self.app if is_forwarded else self._app_without_proxy_headers
        )
        self._separate_trailers()

    @property
    def response_scope(self) -> Scope | None:
        """With pipelining, not that of the last request received."""
        return None if self._current is None else cast("Scope", self._current.scope)

    def _is_ordinary_request(self) -> bool:
        parser = self.parser
        return (
            self._has_fast_path
            and parser.get_method() == b"POST"
            and (self.cycle is None or self.cycle.response_complete)
            and PLAIN_PATH.fullmatch(self.url) is not None
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
        )
