"""One reader for many subscribers: the life of a feed, and the loop that keeps it up to date.

A feed exists per key from its first subscriber to its last. One task reads for all of them: when a
notification arrives, and at intervals because a notification may be lost. A subscriber has no task
here; it is a position in what the feed has read (see `realtime.broadcast`).

Session feeds and account feeds use both classes. Generation watches use `SharedValues` alone: one
statement reads all watches of the process, which a loop per key would split into one for each.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

from services.channels import Channel
from storage.notifications import NotificationHub
from storage.outages import reraise_if_cancelled

logger = logging.getLogger(__name__)

#: Seconds until a read that failed is repeated.
RETRY_AFTER = 1.0

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(slots=True, eq=False)
class Held(Generic[Value]):
    value: Value
    #: Closed when the last holder leaves.
    cleanup: ExitStack
    holders: int = 0


class SharedValues(Generic[Key, Value]):
    """Reference-counted values by key: the first holder creates one, the last one closes it."""

    def __init__(self) -> None:
        self._held: dict[Key, Held[Value]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Value]:
        return iter([held.value for held in self._held.values()])

    def get(self, key: Key) -> Value | None:
        held = self._held.get(key)
        return None if held is None else held.value

    @contextmanager
    def hold(self, key: Key, create: Callable[[ExitStack], Value]) -> Generator[Value]:
        held = self._held.get(key)
        if held is None:
            cleanup = ExitStack()
            held = self._held[key] = Held(create(cleanup), cleanup)
        held.holders += 1
        try:
            yield held.value
        finally:
            held.holders -= 1
            if held.holders == 0:
                self.forget(key, held.value)
                held.cleanup.close()

    def forget(self, key: Key, value: Value) -> None:
        """The next holder gets a new value; those who hold this one keep it."""
        held = self._held.get(key)
        if held is not None and held.value is value:
            del self._held[key]


class SharedFeed(ABC):
    """Reads the items of one key for all its subscribers."""

    #: Seconds between two reads without a notification: the delay if one is lost.
    poll_interval: float
    #: Seconds after each read in which notifications are only collected (debounce).
    min_interval = 0.0

    def __init__(self) -> None:
        #: Set when the position of the feed is known: subscribers may join.
        self.started = asyncio.Event()
        self.wake = asyncio.Event()
        #: Nothing will come any more.
        self.is_over = False

    @abstractmethod
    async def start(self) -> bool:
        """Find the position to read from. True: read at once."""

    @abstractmethod
    async def read_next(self) -> bool:
        """Read what follows the position and publish it. True: read again at once."""

    async def run(self) -> None:
        while not self.is_over:
            try:
                await self._advance()
            except Exception as error:
                reraise_if_cancelled(error)
                logger.exception("A %s cannot be read", type(self).__name__)
                await asyncio.sleep(RETRY_AFTER)

    async def _advance(self) -> None:
        if self.started.is_set():
            self.wake.clear()
            read_again = await self.read_next()
            if self.min_interval:
                await asyncio.sleep(self.min_interval)
        else:
            read_again = await self.start()
            self.started.set()
        if not (read_again or self.is_over):
            with suppress(TimeoutError):
                async with asyncio.timeout(self.poll_interval):
                    await self.wake.wait()


Feed = TypeVar("Feed", bound=SharedFeed)


class SharedFeeds(SharedValues[UUID, Feed]):
    """The running feeds of one kind in this process, by the id that notifications name."""

    def __init__(self, hub: NotificationHub, channel: Channel) -> None:
        super().__init__()
        self._hub = hub
        self._channel = channel
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def subscribe(self, key: UUID, create: Callable[[], Feed]) -> AsyncGenerator[Feed]:
        """The started feed of a key; `create` makes it for the first subscriber."""
        with self.hold(key, partial(self._launch, key, create)) as feed:
            await feed.started.wait()
            yield feed

    def close(self) -> None:
        """Stop reading, while subscribers are still there."""
        for task in self._tasks:
            task.cancel()

    def _launch(self, key: UUID, create: Callable[[], Feed], cleanup: ExitStack) -> Feed:
        feed = create()
        cleanup.enter_context(self._hub.subscribe(self._channel, key, feed.wake.set))
        task = asyncio.create_task(self._run(key, feed), name=f"{type(feed).__name__} {key}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        cleanup.callback(task.cancel)
        return feed

    async def _run(self, key: UUID, feed: Feed) -> None:
        try:
            await feed.run()
        finally:
            # The next subscriber gets a new feed: a session may have been reopened.
            self.forget(key, feed)
