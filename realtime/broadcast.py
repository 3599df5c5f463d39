"""Pull-based broadcast: subscribers iterate over shared events and are called when there are more.
Single flight: concurrent requests for the same key share one computation.

A subscriber is a position in data that all share; its iterator never waits. At the end of the data
it waits for a callback, which runs for one subscriber after the other. No task is woken per event,
and a slow subscriber just asks later (docs/adr/0018).
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    Callable,
    Coroutine,
    Generator,
    Hashable,
    Iterable,
    Iterator,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

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


Result = TypeVar("Result")

#: Seconds for which a result is kept for slower subscribers. So memory holds no more results than
#: the process can compute in this time.
RESULT_TTL = 1.0


class SingleFlight(Generic[Result]):
    """Computations by key, each shared by all that ask for it while it runs or shortly after.

    A computation is a task of its own: the futures belong to all callers, who must wait for them
    without cancelling them.
    """

    __slots__ = ("_tasks", "results")

    def __init__(self) -> None:
        self.results: dict[Hashable, Result] = {}
        self._tasks: dict[Hashable, asyncio.Task[Result]] | None = None

    def get(
        self, key: Hashable, compute: Callable[[], Result | Coroutine[Any, Any, Result]]
    ) -> Result | asyncio.Future[Result]:
        """The result, or a future of it if `compute` is asynchronous."""
        if key in self.results:
            return self.results[key]
        if self._tasks is None:
            self._tasks = {}
        if (running := self._tasks.get(key)) is not None:
            # The callback that stores its result runs right after it is done.
            return running.result() if running.done() else running
        found = compute()
        if not isinstance(found, Coroutine):
            self._store_result(key, found)
            return found
        task = self._tasks[key] = asyncio.create_task(found)
        task.add_done_callback(lambda task: self._on_done(key, task))
        return task

    def _on_done(self, key: Hashable, task: asyncio.Task[Result]) -> None:
        assert self._tasks is not None
        del self._tasks[key]
        if not task.cancelled() and task.exception() is None:
            self._store_result(key, task.result())

    def _store_result(self, key: Hashable, result: Result) -> None:
        self.results[key] = result
        asyncio.get_running_loop().call_later(RESULT_TTL, self.results.pop, key)


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """An event with its results, each computed once for all subscribers that requested the same."""

    shared_results: SingleFlight[Any] = field(
        default_factory=SingleFlight, init=False, compare=False
    )
