"""Connections on which nothing is asked are closed after a while."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class IdlingHttp(HttpToolsProtocol):
    """Has one timer at a time, which looks how long nothing was asked, where uvicorn sets one
    after each answer and takes it back at the next request."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: None while something is being asked or answered.
        self._idle_since: float | None = None
        self._look: asyncio.TimerHandle | None = None

    def on_response_complete(self) -> None:
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self._look is None:
            self._look_again_at(self._idle_since + self.timeout_keep_alive)

    def _unset_keepalive_if_required(self) -> None:
        """What uvicorn calls when something is asked."""
        self._idle_since = None

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

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._look is not None:
            self._look.cancel()
