"""Single flight: concurrent requests for the same key share one computation."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

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
