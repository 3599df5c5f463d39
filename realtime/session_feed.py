"""The feed of one session: its newest items, read once for all subscribers in this process."""

from abc import abstractmethod
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from realtime.broadcast import EventBatch, Subscribers
from realtime.shared_feed import SharedFeed
from storage.reader import Reader

ITEMS_KEPT = 100


class Sequenced(Protocol):
    """An item with a number; numbers grow, and items become visible in their order."""

    @property
    def number(self) -> int: ...


Item = TypeVar("Item", bound=Sequenced)


class LogPage(NamedTuple, Generic[Item]):
    items: Sequence[Item]
    #: Nothing will follow.
    is_last: bool


class SessionFeed(SharedFeed, Generic[Item]):
    """Keeps the last hundred items. A subscriber that is further behind reads for itself."""

    # Rarely: each read is a statement, and a lost notification connection wakes all feeds.
    poll_interval = 15.0

    def __init__(self, db: Reader, session_id: UUID) -> None:
        super().__init__()
        self._db = db
        self._session_id = session_id
        self.subscribers = Subscribers()
        #: Items up to this number are not kept.
        self.floor = 0
        self.number = 0
        self._items: list[Item] = []
        #: The item that follows a number, for the numbers that subscribers have reached.
        self._next: dict[int, Item] = {}

    @abstractmethod
    async def read_newest(self) -> int:
        """The number of the session's last item."""

    @abstractmethod
    async def read_after(self, number: int) -> LogPage[Item]: ...

    async def start(self) -> bool:
        self.floor = self.number = await self.read_newest()
        # Only a read tells whether the session is over.
        return True

    async def read_next(self) -> bool:
        page = await self.read_after(self.number)
        self.publish(page)
        return bool(page.items)

    def publish(self, page: LogPage[Item]) -> None:
        self._items += page.items
        if page.items:
            self.number = page.items[-1].number
        for forgotten in self._items[:-ITEMS_KEPT]:
            self.floor = forgotten.number
        del self._items[:-ITEMS_KEPT]
        self._next.clear()
        self.is_over = page.is_last
        if page.items or page.is_last:
            self.subscribers.notify()

    def item_after(self, number: int) -> Item | None:
        if number >= self.number:
            return None
        if (item := self._next.get(number)) is None:
            at = bisect_right(self._items, number, key=attrgetter("number"))
            item = self._next[number] = self._items[at]
        return item


class FeedCursor(Generic[Item]):
    """The position of one subscriber in a feed."""

    __slots__ = ("_feed", "number")

    def __init__(self, feed: SessionFeed[Item], number: int) -> None:
        self._feed = feed
        self.number = number

    @property
    def batch(self) -> EventBatch[Item]:
        """The items from here on, until the feed is over or the subscriber is behind its floor."""
        return EventBatch(self._iterate(), self._feed.subscribers)

    def _iterate(self) -> Iterator[Item | None]:
        feed = self._feed
        while self.number >= feed.floor:
            item = feed.item_after(self.number)
            if item is not None:
                self.number = item.number
            elif feed.is_over:
                return
            yield item
