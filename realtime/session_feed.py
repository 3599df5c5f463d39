"""What is new of a session, read once for all of a process who watch it.

One feed a session, as long as somebody does. A viewer is but a place among what it has read
lately; one that is behind that reads for itself what it has missed.
"""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from realtime.broadcast import EventBatch, Subscribers
from storage.notifications import Channel, NotificationHub
from storage.outages import reraise_if_cancelled

logger = logging.getLogger(__name__)

#: How long viewers may be late when a signal was lost. Rarely: each look is a statement, and when
#: the connection for signals is taken up again all of them are woken.
LOOK_EVERY = 15.0
#: Until a look that broke is tried again.
RETRY_AFTER = 1.0
ITEMS_KEPT = 100


class Sequenced(Protocol):
    """Numbers grow, and are seen in their order."""

    @property
    def number(self) -> int: ...


Item = TypeVar("Item", bound=Sequenced)


class LogPage(NamedTuple, Generic[Item]):
    items: Sequence[Item]
    #: Nothing will come behind them.
    is_last: bool


class EventSource(Protocol[Item]):
    """Where the items of a session are."""

    async def newest(self, session_id: UUID) -> int:
        """The number of the last one."""

    async def past(self, session_id: UUID, number: int) -> LogPage[Item]: ...


@dataclass(slots=True, eq=False)
class SessionFeed(Generic[Item]):
    #: Items up to this number are not here.
    floor: int = 0
    number: int = 0
    items: list[Item] = field(default_factory=list)
    #: What follows upon a number, for each number at which somebody has been.
    next: dict[int, Item] = field(default_factory=dict)
    is_over: bool = False
    viewers: int = 0
    audience: Subscribers = field(default_factory=Subscribers)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, number: int) -> None:
        self.floor = self.number = number
        self.begun.set()

    def take(self, batch: LogPage[Item]) -> None:
        self.items += batch.items
        if batch.items:
            self.number = batch.items[-1].number
        for forgotten in self.items[:-ITEMS_KEPT]:
            self.floor = forgotten.number
        del self.items[:-ITEMS_KEPT]
        self.next.clear()
        self.is_over = batch.is_last
        if batch.items or batch.is_last:
            self.audience.notify()

    def past(self, number: int) -> Item | None:
        if number >= self.number:
            return None
        if (found := self.next.get(number)) is None:
            at = bisect_right(self.items, number, key=attrgetter("number"))
            found = self.next[number] = self.items[at]
        return found

    def behind(self, number: int) -> "FeedCursor[Item]":
        return FeedCursor(self, number)


class FeedCursor(Generic[Item]):
    """One viewer's way along a feed: to its end, or until it has fallen behind."""

    __slots__ = ("_feed", "number")

    def __init__(self, feed: SessionFeed[Item], number: int) -> None:
        self._feed = feed
        self.number = number

    @property
    def run(self) -> EventBatch[Item]:
        return EventBatch(self._steps(), self._feed.audience)

    def _steps(self) -> Iterator[Item | None]:
        feed = self._feed
        while self.number >= feed.floor:
            item = feed.past(self.number)
            if item is not None:
                self.number = item.number
            elif feed.is_over:
                return
            yield item


class SessionFeeds(Generic[Item]):
    """Those of one kind in a process."""

    def __init__(self, switchboard: NotificationHub) -> None:
        self._switchboard = switchboard
        self._feeds: dict[UUID, tuple[SessionFeed[Item], asyncio.Task[None]]] = {}

    def __len__(self) -> int:
        return len(self._feeds)

    @asynccontextmanager
    async def watching(
        self, session_id: UUID, log: EventSource[Item]
    ) -> AsyncGenerator[SessionFeed[Item]]:
        if session_id not in self._feeds:
            new: SessionFeed[Item] = SessionFeed()
            task = asyncio.create_task(self._keep_up(new, session_id, log))
            self._feeds[session_id] = (new, task)
        feed, task = self._feeds[session_id]
        feed.viewers += 1
        try:
            await feed.begun.wait()
            yield feed
        finally:
            feed.viewers -= 1
            if feed.viewers == 0:
                task.cancel()
                self._forget(session_id, feed)

    async def _keep_up(
        self, feed: SessionFeed[Item], session_id: UUID, log: EventSource[Item]
    ) -> None:
        with self._switchboard.subscribe(Channel.SESSION, session_id, feed.wake.set):
            while not feed.is_over:
                try:
                    await self._look(feed, session_id, log)
                except Exception as error:
                    reraise_if_cancelled(error)
                    logger.exception("A session cannot be watched")
                    await asyncio.sleep(RETRY_AFTER)
        self._forget(session_id, feed)

    async def _look(
        self, feed: SessionFeed[Item], session_id: UUID, log: EventSource[Item]
    ) -> None:
        """Take what is new; where there is nothing, wait until there may be."""
        if not feed.begun.is_set():
            feed.begin(await log.newest(session_id))
        feed.wake.clear()
        batch = await log.past(session_id, feed.number)
        feed.take(batch)
        if not batch.items and not batch.is_last:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await feed.wake.wait()

    def _forget(self, session_id: UUID, feed: SessionFeed[Item]) -> None:
        """Whoever comes now begins one that is not over yet."""
        if session_id in self._feeds and self._feeds[session_id][0] is feed:
            del self._feeds[session_id]
