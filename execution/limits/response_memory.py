"""The memory of large requests and responses of this process: those being read or made, and those
that clients do not read.

A large operation waits until there is room for what it could return. A client that reads too slowly
is given up after a time, and sooner when others wait for its memory. Small operations never wait:
if they exceed the memory together, the clients that have not read for longest are given up.

Each owner, a user or the address of a client that has not signed in, has a share of the memory. Who
exceeds it waits for, and loses, connections of their own only.
"""

import asyncio
import time
from collections.abc import Generator, Hashable
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple, Protocol

from execution.limits.errors import RequestRejected
from execution.limits.operation_limits import ResponseLimits
from execution.limits.shared_budget import SharedBudget, Waiter

#: Estimated bytes from which an operation waits for memory.
LARGE_RESPONSE = 1_000_000
#: Bytes of a response from which it counts while it is being sent.
SMALL_RESPONSE = 16_000
#: Seconds that a client has to read while others wait for memory.
PATIENCE_UNDER_PRESSURE = 2.0

NOTHING = nullcontext()


class ServerBusy(RequestRejected):
    """There is no memory for the response of a large operation; a later attempt may succeed."""

    def __init__(self) -> None:
        super().__init__(
            "SERVER_BUSY",
            "The server has too many large requests and responses under way. Try again later.",
        )


class UnreadConnection(Protocol):
    """A connection whose client has not read what was sent."""

    def give_up(self) -> None:
        """Close it without waiting for the client."""


class Unread(NamedTuple):
    owner: Hashable
    size: int
    since: float


class ResponseMemory(SharedBudget):
    """Counts bytes. `used` may exceed the limit for as long as it takes to close connections."""

    def __init__(self, limits: ResponseLimits) -> None:
        super().__init__(limits.pending_bytes, limits.user_pending_bytes, limits.wait_seconds)
        self.limits = limits
        #: Operations that were rejected because there was no memory.
        self.rejected = 0
        #: The longest unread first.
        self._unread: dict[UnreadConnection, Unread] = {}

    def reject_waiter(self, owner: Hashable) -> RequestRejected:
        self.rejected += 1
        return ServerBusy()

    def make_room(self, waiter: Waiter) -> None:
        """Give up those that have had some time to read, while the waiter has too little memory."""
        before = time.monotonic() - PATIENCE_UNDER_PRESSURE
        for connection, unread in list(self._unread.items()):
            if waiter.admitted.done() or unread.since > before:
                return
            if unread.owner == waiter.owner or self._has_share(waiter.size, waiter.owner):
                connection.give_up()

    def hold(self, size: int, owner: Hashable = None) -> AbstractContextManager[None]:
        """Memory of a response that is being sent."""
        return NOTHING if size < SMALL_RESPONSE else self._hold(size, owner)

    @contextmanager
    def _hold(self, size: int, owner: Hashable) -> Generator[None]:
        self._take(size, owner)
        self._check_excess(owner)
        try:
            yield
        finally:
            self._release(size, owner)

    def add_unread(self, connection: UnreadConnection, size: int, owner: Hashable = None) -> None:
        """Count what the client of a connection has not read."""
        self._unread[connection] = Unread(owner, size, time.monotonic())
        self._take(size, owner)
        self._check_excess(owner)

    def remove_unread(self, connection: UnreadConnection) -> None:
        """The client has read it, or the connection is lost."""
        if (unread := self._unread.pop(connection, None)) is not None:
            self._release(unread.size, unread.owner)

    def read_timeout(self, size: int) -> float:
        """Seconds in which a client has to read so many bytes."""
        return self.limits.client_read_seconds + size / self.limits.client_bytes_per_second

    def _check_excess(self, owner: Hashable) -> None:
        """Soon, because a response that was just sent counts twice for a moment."""
        if self._exceeds_share(owner) or self._exceeds_limit():
            asyncio.get_running_loop().call_soon(self._give_up_excess, owner)

    def _exceeds_share(self, owner: Hashable) -> bool:
        return self._used_by[owner] > self._share

    def _exceeds_limit(self) -> bool:
        return self.used > self._total

    def _give_up_excess(self, owner: Hashable) -> None:
        for connection, unread in list(self._unread.items()):
            if self._exceeds_limit() or (self._exceeds_share(owner) and unread.owner == owner):
                connection.give_up()
