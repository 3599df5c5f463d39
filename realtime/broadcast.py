"""What many who look on are told alike, so that each of them costs hardly more than the telling.

A viewer is a place among what there is: `steps` goes on from there and never waits. Whoever has
come to the end of it is called when there is more, in turn with all others. Nobody has a task of
their own that would have to be woken, and a slow one just asks later.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Step = TypeVar("Step", covariant=True)
WakeCallback = Callable[[], object]


class Subscribers:
    """Whoever wants to be called when there is more. What they do then must not fail."""

    __slots__ = ("_wakes",)

    def __init__(self) -> None:
        # In the order in which they came.
        self._wakes: dict[WakeCallback, None] = {}

    def __len__(self) -> int:
        return len(self._wakes)

    @contextmanager
    def subscribe(self, wake: WakeCallback) -> Generator[None]:
        self._wakes[wake] = None
        try:
            yield
        finally:
            del self._wakes[wake]

    def notify(self) -> None:
        for wake in tuple(self._wakes):
            wake()

    async def wait(self) -> None:
        """Wait for the next time that there is."""
        told = asyncio.Event()
        with self.subscribe(told.set):
            await told.wait()


@dataclass(frozen=True, slots=True)
class EventBatch(Generic[Step]):
    """A stretch of what one viewer is told. To be read to its end, by one reader."""

    #: None where there is nothing at the moment, and a future where it is still being worked out.
    events: Iterator[Step | asyncio.Future[Step] | None]
    subscribers: Subscribers = field(default_factory=Subscribers)

    async def iterate(self) -> AsyncGenerator[Step]:
        """One after the other, for those who have a task to wait with."""
        more = asyncio.Event()
        with self.subscribers.subscribe(more.set):
            for step in self.events:
                if step is None:
                    await more.wait()
                    more.clear()
                elif isinstance(step, asyncio.Future):
                    await asyncio.wait([step])
                else:
                    yield step


def batch_of(steps: Iterable[Step]) -> EventBatch[Step]:
    """What is all there already."""
    return EventBatch(iter(steps))
