"""Connections whose clients do not read: their memory is counted, and they are given up in time.

The transport pauses writing when more than 64 KiB wait in its buffer, and resumes when the client
has read. In between, the buffer counts as pending in `ResponseMemory`. A connection that never
pauses costs nothing.
"""

import asyncio
from collections.abc import Hashable
from typing import Any

from starlette.types import Scope

from execution.limits.response_memory import ResponseMemory
from server.http.client_address import client_key
from server.http.refusals import REFUSALS, RefusalReason, Refusals

#: Key in the state of the lifespan.
RESPONSE_MEMORY = "response_memory"


class UnreadResponses:
    """Mixin for a uvicorn protocol class."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    app_state: dict[str, Any]

    _read_timer: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()  # type: ignore[misc]
        if self._read_timer is None and (memory := self._memory):
            size = self.transport.get_write_buffer_size()
            self._read_timer = self.loop.call_later(memory.read_timeout(size), self.give_up)
            memory.add_unread(self, size, self._find_owner())

    def resume_writing(self) -> None:
        self._forget_unread()
        super().resume_writing()  # type: ignore[misc]

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_unread()
        super().connection_lost(exc)  # type: ignore[misc]

    def give_up(self) -> None:
        """Close the connection without waiting for the client."""
        self._forget_unread()
        self.transport.abort()
        refusals: Refusals | None = self.app_state.get(REFUSALS)
        if refusals is not None:
            what = "Closed a connection whose client does not read."
            refusals.count(RefusalReason.UNREAD_RESPONSES, what)

    def _forget_unread(self) -> None:
        if self._read_timer is not None:
            self._read_timer.cancel()
            self._read_timer = None
            if memory := self._memory:
                memory.remove_unread(self)

    def _find_owner(self) -> Hashable:
        """Whose share of the memory it takes."""
        scope = self.response_scope
        return None if scope is None else client_key(scope)

    @property
    def response_scope(self) -> Scope | None:
        """Of the request that is answered."""
        return getattr(self, "scope", None)

    @property
    def _memory(self) -> ResponseMemory | None:
        return self.app_state.get(RESPONSE_MEMORY)
