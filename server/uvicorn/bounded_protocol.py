"""uvicorn's HTTP protocol with bounds on what a client may send before the application decides.

uvicorn reads heads of any size, parses any number of pipelined requests, and waits forever for the
first request of a connection, for the rest of a head (slowloris), for a body, and while a client
keeps sending to a request that was already answered. Here each of these ends: with a response that
has a code, or with the connection. Requests that arrive in one piece cost a few comparisons more.

One timer per connection replaces the two timer operations that uvicorn needs per request.
"""

import asyncio
from typing import Any

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from server.uvicorn import rejections
from server.uvicorn.admitted_protocol import AdmittedHttpProtocol
from server.uvicorn.lingering_close import close_lingering
from server.uvicorn.piecewise_reader import PIECE, Bytes, PiecewiseReader
from server.uvicorn.rejections import Rejection
from server.uvicorn.request_limits import DEFAULT_LIMITS, RequestLimits

#: Bytes. Each part of a body costs as much as some thousand bytes of a large part.
SMALL_PART = 128
#: Bytes around a chunk that do not count.
FRAME_BYTES = 16
#: Bytes of a body that are read behind the response to its request, so that its client can read it.
MOST_UNWANTED = 2_000_000

#: What is expected next of the request that is arriving.
HEAD, BODY, COMPLETE = range(3)


class HeadTooLarge(Exception):
    """Control flow: the parser stops, and the request is rejected."""


class BoundedHttpProtocol(AdmittedHttpProtocol):
    """Bounds the size and the time of a request, and the requests that wait on a connection."""

    _reader: PiecewiseReader

    def __init__(
        self,
        *args: Any,
        limits: RequestLimits = DEFAULT_LIMITS,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self.headers = []
        #: The current or last request. uvicorn's `cycle` is the last one received, which with
        #: pipelining may still wait for this one.
        self._current: RequestResponseCycle | None = None
        self._phase = COMPLETE
        #: Bytes of a head, or around the parts of a body. Trailers count too.
        self._head_bytes = 0
        #: Of the body that is arriving.
        self._small_parts = 0
        #: Bytes of a body behind the response to its request.
        self._unwanted_bytes = 0
        #: When the first and the last piece of an incomplete request arrived.
        self._begun_at: float | None = None
        self._last_piece_at = 0.0
        #: None from the end of a request head to the end of its response.
        self._idle_since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_ends_at = 0.0

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = self._reader = PiecewiseReader(
            transport, self.loop, self._parse, self._has_full_pipeline
        )
        if self._admit(transport):
            self._start_idling()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_receiving()
        self._disconnect_requests()
        super().connection_lost(exc)

    def _displace(self) -> None:
        self._stop_receiving()
        super()._displace()

    def handle_websocket_upgrade(self) -> None:
        self._reader.stop()
        if self._idle_since is None:
            # A request is in progress. Two protocols would write to the same transport, and only
            # one of them would receive `connection_lost`.
            self.transport.close()
            return
        if self._is_reserved:
            self._reject(rejections.TOO_MANY_CONNECTIONS)
            return
        self._cancel_timer()
        super().handle_websocket_upgrade()

    # Reading

    def data_received(self, data: bytes) -> None:
        if len(data) <= PIECE and not self._reader.holds_bytes:
            self._parse(data)
        else:
            self._reader.receive(data)

    def _parse(self, data: Bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if self._should_upgrade():
                self.handle_websocket_upgrade()
                return
        except httptools.HttpParserError as error:
            is_head = isinstance(error.__context__, HeadTooLarge)
            self._reject(rejections.HEAD_TOO_LARGE if is_head else rejections.MALFORMED)
            return
        if self._phase != COMPLETE:
            self._check_incomplete(len(data))

    def _check_incomplete(self, length: int) -> None:
        """The request goes on behind this piece: check its size, and note the time."""
        self._head_bytes += length
        limits = self._limits
        if self._head_bytes > limits.head_bytes or len(self.headers) > limits.head_lines:
            self._reject(rejections.HEAD_TOO_LARGE)
            return
        if self._small_parts > limits.small_body_parts:
            self._reject(rejections.TOO_MANY_SMALL_PARTS)
            return
        if self._unwanted_bytes > MOST_UNWANTED:
            self._stop_receiving()
            close_lingering(self.transport, self.loop, b"", self.connection_lost)
            return
        self._last_piece_at = self.loop.time()
        if self._begun_at is None:
            self._begun_at = self._last_piece_at
            self._check_deadline()
        elif self._timer is None:
            self._check_deadline()

    def _has_full_pipeline(self) -> bool:
        return len(self.pipeline) >= self._limits.pipelined_requests

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._phase = HEAD
        self._head_bytes = self._small_parts = self._unwanted_bytes = 0
        self._begun_at = None

    def on_headers_complete(self) -> None:
        self._finish_head()
        super().on_headers_complete()
        if not (self.parser.should_upgrade() and self._should_upgrade()):
            self._separate_trailers()

    def _finish_head(self) -> None:
        """Raises HeadTooLarge."""
        if len(self.headers) > self._limits.head_lines:
            raise HeadTooLarge
        self._phase = BODY

    def _separate_trailers(self) -> None:
        """Lines behind the body must not become headers, which a proxy has checked."""
        self.headers = []

    def on_body(self, body: bytes) -> None:
        # What is around the parts of a body, such as extensions of chunks, is bounded by the body.
        self._head_bytes = max(0, self._head_bytes - 2 * len(body) - FRAME_BYTES)
        if len(body) < SMALL_PART:
            self._small_parts += 1
        if self._idle_since is not None:
            self._unwanted_bytes += len(body)
        self._reader.body_parts += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._phase = COMPLETE
        if self._is_reserved:
            self._protect_admission()
        super().on_message_complete()

    # Responses

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._idle_since = None
        self._current = cycle
        if self._is_reserved:
            cycle.keep_alive = False
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._start_idling()

    def _reject(self, rejection: Rejection) -> None:
        """Respond instead of the application, and close the connection."""
        self._count_rejection(rejection)
        self._stop_receiving()
        current = self._current
        # A body may go on behind the response to its request.
        is_first = (self._idle_since is not None and self._phase != BODY) or (
            self._phase == BODY
            and current is not None
            and current is self.cycle
            and not current.response_started
        )
        self._disconnect_requests()
        if self.transport.is_closing():
            return
        # After an earlier response, or a part of it, nothing else may be written.
        response = rejection.response if is_first else b""
        close_lingering(self.transport, self.loop, response, self.connection_lost)

    def _disconnect_requests(self) -> None:
        # Pipelined requests have not started, so nothing waits for their disconnect.
        self.pipeline.clear()
        if self._current is not None and not self._current.response_complete:
            self._current.disconnected = True
            self._current.message_event.set()

    # Time

    def _start_idling(self) -> None:
        self._idle_since = self.loop.time()
        self._ensure_timer(self._idle_since + self.timeout_keep_alive)

    def _ensure_timer(self, time: float) -> None:
        """Let the timer end at this time, or earlier."""
        if self._timer is None or time < self._timer_ends_at:
            self._cancel_timer()
            self._timer_ends_at = time
            self._timer = self.loop.call_at(time, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._check_deadline()

    def _check_deadline(self) -> None:
        deadline, rejection = self._next_deadline()
        if deadline is None:
            return
        if self.loop.time() < deadline:
            self._ensure_timer(deadline)
        elif rejection is not None:
            self._reject(rejection)
        else:
            self.transport.close()

    def _next_deadline(self) -> tuple[float | None, Rejection | None]:
        """When the connection ends if nothing arrives, and with which response. None while the
        client waits for this server."""
        idle, limits = self._idle_since, self._limits
        if self._phase == COMPLETE or self._begun_at is None:
            return (None if idle is None else idle + self.timeout_keep_alive), None
        if self._phase == HEAD:
            if idle is None:
                return None, None
            return max(idle, self._begun_at) + limits.head_seconds, rejections.HEAD_TIMED_OUT
        if idle is not None:
            # The rest of a body whose response is complete.
            return idle + self.timeout_keep_alive, None
        if self.cycle is not self._current or self.flow.read_paused:
            # The body waits for this server: its time begins anew.
            self._begun_at = self._last_piece_at = self.loop.time()
        return min(
            self._last_piece_at + limits.body_idle_seconds, self._begun_at + limits.body_seconds
        ), rejections.BODY_TIMED_OUT

    def _stop_receiving(self) -> None:
        self._cancel_timer()
        if self.flow is not None:
            self._reader.stop()

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
