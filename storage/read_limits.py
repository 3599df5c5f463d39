"""Limits of reads: how long a statement may take, and how many connections searches may use.

How long a search takes depends on what its client asks for. Searches of one account, or of all
accounts together, therefore never use every connection of the pool: other reads find one.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg

from storage.log_episodes import EPISODE_SECONDS, LogEpisodes

logger = logging.getLogger(__name__)


class ReadTimedOut(Exception):
    """A search was cancelled, or found no connection. A repetition would take as long."""

    def __init__(self, seconds: float, *, has_run: bool) -> None:
        self.has_run = has_run
        what = "was cancelled" if has_run else "found no free connection"
        super().__init__(f"The search {what} after {seconds:g} seconds.")


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What reads may use."""

    #: Seconds after which Postgres cancels a statement of a read.
    seconds: float = 5.0
    #: Connections for searches of all accounts.
    searches: int = 6

    @property
    def searches_per_account(self) -> int:
        """A third remains for the other accounts."""
        return self.searches - self.searches // 3


DEFAULT_READ_LIMITS = ReadLimits()


class SearchSlots:
    """Which searches run now: at most so many at a time, the others wait."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        #: Reads that Postgres has cancelled, and searches that found no connection.
        self.timed_out = 0
        self.running = 0
        self._all = asyncio.Semaphore(limits.searches)
        self._by_account: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._episodes = LogEpisodes()

    @asynccontextmanager
    async def hold(self, account_id: UUID) -> AsyncGenerator[None]:
        """A slot as long as the block. Raises ReadTimedOut, also for a statement of the block."""
        own = self._slots_of(account_id)
        await self._acquire(own)
        try:
            self.running += 1
            yield
        except asyncpg.QueryCanceledError as error:
            raise ReadTimedOut(self.limits.seconds, has_run=True) from error
        finally:
            self.running -= 1
            self._all.release()
            own.release()

    def record_timeout(self) -> None:
        """Count a read that took too long, and log the first one of an episode."""
        self.timed_out += 1
        if self._episodes.begin_with(None):
            logger.warning(
                "A read took longer than %g seconds and was cancelled. Further ones are only "
                "counted, until there are none for %d s (%d so far)",
                self.limits.seconds,
                EPISODE_SECONDS,
                self.timed_out,
            )

    def _slots_of(self, account_id: UUID) -> asyncio.Semaphore:
        slots = self._by_account.get(account_id)
        if slots is None:
            slots = asyncio.Semaphore(self.limits.searches_per_account)
            self._by_account[account_id] = slots
        return slots

    async def _acquire(self, own: asyncio.Semaphore) -> None:
        """Take a slot of the account, then one of all. Raises ReadTimedOut."""
        if not (own.locked() or self._all.locked()):
            # Neither waits, so no timeout is needed.
            await own.acquire()
            await self._all.acquire()
            return
        try:
            async with asyncio.timeout(self.limits.seconds):
                await own.acquire()
                try:
                    await self._all.acquire()
                except BaseException:
                    own.release()
                    raise
        except TimeoutError:
            self.record_timeout()
            raise ReadTimedOut(self.limits.seconds, has_run=False) from None
