"""A budget that operations share, such as memory: what one takes, others wait for in their turn.

Each owner, such as a user, has a share of it. Who has used up their share waits alone.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncGenerator, Hashable
from contextlib import asynccontextmanager
from typing import NamedTuple

from execution.limits.errors import RequestRejected

#: Seconds between attempts to make room, while an operation waits.
CHECK_INTERVAL = 0.25


class Waiter(NamedTuple):
    """An operation that waits for its part of the budget."""

    owner: Hashable
    size: int
    admitted: asyncio.Future[None]


class SharedBudget:
    """Counts what is in use. Subclasses say how room is made, and how a waiter is rejected."""

    def __init__(self, total: int, share: int, wait_seconds: float) -> None:
        self._total = total
        self._share = min(share, total)
        self._wait_seconds = wait_seconds
        self.used = 0
        self._used_by: Counter[Hashable] = Counter()
        self._waiting: deque[Waiter] = deque()

    def reject_waiter(self, owner: Hashable) -> RequestRejected:
        """The error of an operation that has waited for too long."""
        raise NotImplementedError

    def make_room(self, waiter: Waiter) -> None:
        """Called while an operation waits, again and again."""

    @asynccontextmanager
    async def reserve(self, size: int, owner: Hashable = None) -> AsyncGenerator[None]:
        """A part of the budget as long as the block; at most a share. Raises RequestRejected."""
        size = await self._acquire(size, owner)
        try:
            yield
        finally:
            self._release(size, owner)

    async def _acquire(self, size: int, owner: Hashable) -> int:
        """Take a part of the budget, and return its size. Raises RequestRejected."""
        size = min(size, self._share)
        if self._waiting or not self._has_room(size, owner):
            await self._wait_for_room(size, owner)
        else:
            self._take(size, owner)
        return size

    def _take(self, size: int, owner: Hashable) -> None:
        self.used += size
        self._used_by[owner] += size

    def _release(self, size: int, owner: Hashable) -> None:
        self.used -= size
        self._used_by[owner] -= size
        if not self._used_by[owner]:
            del self._used_by[owner]
        self._admit_waiting()

    def _has_room(self, size: int, owner: Hashable) -> bool:
        return self._has_share(size, owner) and self.used + size <= self._total

    def _has_share(self, size: int, owner: Hashable) -> bool:
        return self._used_by[owner] + size <= self._share

    async def _wait_for_room(self, size: int, owner: Hashable) -> None:
        loop = asyncio.get_running_loop()
        waiter = Waiter(owner, size, loop.create_future())
        self._waiting.append(waiter)
        self._admit_waiting()
        ends_at = loop.time() + self._wait_seconds
        try:
            while not waiter.admitted.done():
                self.make_room(waiter)
                left = ends_at - loop.time()
                if left <= 0 and not waiter.admitted.done():
                    raise self.reject_waiter(owner)
                await asyncio.wait([waiter.admitted], timeout=min(left, CHECK_INTERVAL))
        except BaseException:
            if waiter.admitted.done():
                self._release(size, owner)
            else:
                self._waiting.remove(waiter)
                self._admit_waiting()
            raise

    def _admit_waiting(self) -> None:
        """In their turn. Who waits for their own share holds nobody else up."""
        without_share: set[Hashable] = set()
        for waiter in list(self._waiting):
            if waiter.owner in without_share:
                continue
            if not self._has_share(waiter.size, waiter.owner):
                without_share.add(waiter.owner)
                continue
            if not self._has_room(waiter.size, waiter.owner):
                return
            self._waiting.remove(waiter)
            self._take(waiter.size, waiter.owner)
            waiter.admitted.set_result(None)
