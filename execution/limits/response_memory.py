"""The memory of responses of this process: those being made, and those that clients do not read.

A large operation waits until there is room for what it could return. A client that reads too slowly
is given up after a time, and sooner when others wait for its memory. Small operations never wait:
if they exceed the memory together, the clients that have not read for longest are given up.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from typing import NamedTuple, Protocol

from execution.limits.errors import RequestRejected
from execution.limits.operation_limits import ResponseLimits

logger = logging.getLogger(__name__)

#: Estimated bytes from which an operation waits for memory.
LARGE_RESPONSE = 1_000_000
#: Bytes of a response from which it counts while it is being sent.
SMALL_RESPONSE = 16_000
#: Seconds that a client has to read while others wait for memory.
PATIENCE_UNDER_PRESSURE = 2.0
#: Seconds between looks for clients to give up, while an operation waits.
CHECK_INTERVAL = 0.25
#: Seconds between log messages about clients that were given up.
LOG_INTERVAL = 10.0


NOTHING = nullcontext()


class ServerBusy(RequestRejected):
    """There is no memory for the response of a large operation; a later attempt may succeed."""

    def __init__(self) -> None:
        super().__init__(
            "SERVER_BUSY", "The server has too many large responses under way. Try again later."
        )


class UnreadConnection(Protocol):
    """A connection whose client has not read what was sent."""

    def give_up(self) -> None:
        """Close it without waiting for the client."""


class Unread(NamedTuple):
    size: int
    since: float


class Waiter(NamedTuple):
    size: int
    admitted: asyncio.Future[None]


class ResponseMemory:
    """Counts bytes. `used` may exceed the limit for as long as it takes to close connections."""

    def __init__(self, limits: ResponseLimits) -> None:
        self.limits = limits
        self.used = 0
        #: Operations that were rejected because there was no memory.
        self.rejected = 0
        #: Connections that were closed because their client did not read.
        self.given_up = 0
        #: The longest unread first.
        self._unread: dict[UnreadConnection, Unread] = {}
        self._waiting: deque[Waiter] = deque()
        self._is_checking = False
        self._logged_at = -LOG_INTERVAL
        self._logged_count = 0

    @asynccontextmanager
    async def reserve(self, size: int) -> AsyncGenerator[None]:
        """Memory for an operation that could return so many bytes. Raises ServerBusy."""
        size = min(size, self.limits.pending_bytes)
        if self._waiting or not self._has_room(size):
            await self._wait_for_room(size)
        else:
            self.used += size
        try:
            yield
        finally:
            self.release(size)

    def hold(self, size: int) -> AbstractContextManager[None]:
        """Memory of a response that is being sent."""
        return NOTHING if size < SMALL_RESPONSE else self._hold(size)

    @contextmanager
    def _hold(self, size: int) -> Generator[None]:
        self.used += size
        self._check_excess()
        try:
            yield
        finally:
            self.release(size)

    def release(self, size: int) -> None:
        self.used -= size
        self._admit_waiting()

    def add_unread(self, connection: UnreadConnection, size: int) -> None:
        self._unread[connection] = Unread(size, time.monotonic())
        self.used += size
        self._check_excess()

    def remove_unread(self, connection: UnreadConnection) -> None:
        if (unread := self._unread.pop(connection, None)) is not None:
            self.release(unread.size)

    def read_timeout(self, size: int) -> float:
        """Seconds in which a client has to read so many bytes."""
        return self.limits.client_read_seconds + size / self.limits.client_bytes_per_second

    def record_given_up(self) -> None:
        """Counts and logs a connection whose client was given up."""
        self.given_up += 1
        now = time.monotonic()
        if now >= self._logged_at + LOG_INTERVAL:
            count = self.given_up - self._logged_count
            logger.warning("Closed connections whose clients do not read: %d", count)
            self._logged_at, self._logged_count = now, self.given_up

    def _has_room(self, size: int) -> bool:
        return self.used + size <= self.limits.pending_bytes

    async def _wait_for_room(self, size: int) -> None:
        loop = asyncio.get_running_loop()
        waiter = Waiter(size, loop.create_future())
        self._waiting.append(waiter)
        ends_at = loop.time() + self.limits.wait_seconds
        try:
            while not waiter.admitted.done():
                self._give_up_slow(PATIENCE_UNDER_PRESSURE)
                left = ends_at - loop.time()
                if left <= 0 and not waiter.admitted.done():
                    self.rejected += 1
                    raise ServerBusy
                await asyncio.wait([waiter.admitted], timeout=min(left, CHECK_INTERVAL))
        except BaseException:
            if waiter.admitted.done():
                self.release(size)
            else:
                self._waiting.remove(waiter)
                self._admit_waiting()
            raise

    def _admit_waiting(self) -> None:
        while self._waiting and self._has_room(self._waiting[0].size):
            waiter = self._waiting.popleft()
            self.used += waiter.size
            waiter.admitted.set_result(None)

    def _give_up_slow(self, patience: float) -> None:
        """Give up those that have had some time to read, while there is too little memory."""
        before = time.monotonic() - patience
        for connection, unread in list(self._unread.items()):
            if not self._waiting or unread.since > before:
                return
            connection.give_up()

    def _check_excess(self) -> None:
        """Soon, because a response that was just sent counts twice for a moment."""
        if self.used > self.limits.pending_bytes and not self._is_checking:
            self._is_checking = True
            asyncio.get_running_loop().call_soon(self._give_up_excess)

    def _give_up_excess(self) -> None:
        self._is_checking = False
        while self.used > self.limits.pending_bytes and self._unread:
            next(iter(self._unread)).give_up()
