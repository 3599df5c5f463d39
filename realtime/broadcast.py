"""Pull-based broadcast: subscribers iterate over shared events and are called when there are more.

A subscriber is a position in data that all share; its iterator never waits. At the end of the data
it waits for a callback, which runs for one subscriber after the other. No task is woken per event,
and a slow subscriber just asks later (docs/adr/0018).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Event = TypeVar("Event", covariant=True)
WakeCallback = Callable[[], object]


class Subscribers:
    """Callbacks to run when there are more events. A callback must neither fail nor wait."""

    __slots__ = ("_callbacks",)

    def __init__(self) -> None:
        # In the order of subscription.
        self._callbacks: dict[WakeCallback, None] = {}

    def __len__(self) -> int:
        return len(self._callbacks)

    @contextmanager
    def subscribe(self, wake: WakeCallback) -> Generator[None]:
        self._callbacks[wake] = None
        try:
            yield
        finally:
            del self._callbacks[wake]

    def notify(self) -> None:
        for wake in tuple(self._callbacks):
            wake()

    async def wait(self) -> None:
        """Wait for the next notification."""
        notified = asyncio.Event()
        with self.subscribe(notified.set):
            await notified.wait()


@dataclass(frozen=True, slots=True)
class EventBatch(Generic[Event]):
    """A part of one subscription, for one consumer that reads it to its end."""

    #: None: no event yet, wait for a notification. A future: the event is being computed.
    events: Iterator[Event | asyncio.Future[Event] | None]
    subscribers: Subscribers = field(default_factory=Subscribers)

    async def iterate(self) -> AsyncGenerator[Event]:
        """The events one by one, for a consumer that has a task to wait in."""
        notified = asyncio.Event()
        with self.subscribers.subscribe(notified.set):
            for event in self.events:
                if event is None:
                    await notified.wait()
                    notified.clear()
                elif isinstance(event, asyncio.Future):
                    await asyncio.wait([event])
                else:
                    yield event


def batch_of(events: Iterable[Event]) -> EventBatch[Event]:
    """A batch of events that are all known."""
    return EventBatch(iter(events))
