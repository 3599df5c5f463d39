"""uvicorn's HTTP protocol with bounded idle times.

uvicorn waits forever for the first request of a connection, for the rest of a request head
(slowloris), and while a client keeps sending to a request that was already answered. Here the
keep-alive timeout limits each of these. One timer per connection also replaces the two timer
operations that uvicorn needs per request, a part of the CPU that ADR 24 saves.
"""

import asyncio
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


class KeepAliveHttpProtocol(HttpToolsProtocol):
    """Has one timer at a time, which checks how long the connection has been idle."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: The current or last request. uvicorn's `cycle` is the last one received, which with
        #: pipelining may still wait for this one.
        self._current: RequestResponseCycle | None = None
        #: None from the end of a request head to the end of its response.
        self._idle_since: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_idling()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._idle_since is not None:
            # The timeout of a request head runs from its first byte.
            self._idle_since = self.loop.time()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._idle_since = None
        self._current = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._start_idling()

    def _start_idling(self) -> None:
        self._idle_since = self.loop.time()
        if self._timer is None:
            self._set_timer(self._idle_since + self.timeout_keep_alive)

    def _set_timer(self, time: float) -> None:
        self._timer = self.loop.call_at(time, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        self._timer = None
        if self._idle_since is None:
            return
        ends_at = self._idle_since + self.timeout_keep_alive
        if self.loop.time() < ends_at:
            self._set_timer(ends_at)
        else:
            super().timeout_keep_alive_handler()

    def handle_websocket_upgrade(self) -> None:
        if self._idle_since is None:
            # A request is in progress. Two protocols would write to the same transport, and only
            # one of them would receive `connection_lost`.
            self.transport.close()
            return
        self._cancel_timer()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cancel_timer()
        # Pipelined requests have not started, so nothing waits for their disconnect.
        self.pipeline.clear()
        if self._current is not None and not self._current.response_complete:
            self._current.disconnected = True
            self._current.message_event.set()
        super().connection_lost(exc)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
