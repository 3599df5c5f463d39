"""How connections end: nothing is asked on them for a while, or the client hangs up."""

import asyncio
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


class KeepAliveHttpProtocol(HttpToolsProtocol):
    """Has one timer at a time, which looks how long nothing was asked, where uvicorn sets one
    after each answer and takes it back at the next request. Uvicorn also waits for ever for the
    first request, for the rest of a head, and while bytes come of what it has answered already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: What is being answered, or was last. Uvicorn's `cycle` is the last that was asked, which
        #: may have to wait for this one.
        self._answered: RequestResponseCycle | None = None
        #: None from the end of a request's head to the end of its answer.
        self._idle_since: float | None = None
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_to_idle()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._idle_since is not None:
            # A head may take as long as there may be none, from its first byte on.
            self._idle_since = self.loop.time()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._idle_since = None
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._begin_to_idle()

    def _begin_to_idle(self) -> None:
        self._idle_since = self.loop.time()
        if self._look is None:
            self._look_again_at(self._idle_since + self.timeout_keep_alive)

    def _look_again_at(self, time: float) -> None:
        self._look = self.loop.call_at(time, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        self._look = None
        if self._idle_since is None:
            return
        ends_at = self._idle_since + self.timeout_keep_alive
        if self.loop.time() < ends_at:
            self._look_again_at(ends_at)
        else:
            super().timeout_keep_alive_handler()

    def handle_websocket_upgrade(self) -> None:
        if self._idle_since is None:
            # Two would write to one connection, and but one of them would hear of its end.
            self.transport.close()
            return
        self._stop_looking()
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_looking()
        # What waits in the pipeline has not begun: there is nobody to tell.
        self.pipeline.clear()
        if self._answered is not None and not self._answered.response_complete:
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)

    def _stop_looking(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None
