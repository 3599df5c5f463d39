import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

#: How long a result is there for those who come a little later, in seconds. So what is held for
#: them is never more than what a process can work out in that time.
RESULT_TTL = 1.0


class SingleFlight(Generic[Result]):
    """What several ask for at about the same time is worked out once.

    Whoever leaves meanwhile takes it from nobody else: futures are for all, and to be waited for
    without being cancelled.
    """

    __slots__ = ("_begun", "results")

    def __init__(self) -> None:
        #: Results, by what was asked.
        self.results: dict[Hashable, Result] = {}
        self._begun: dict[Hashable, asyncio.Task[Result]] | None = None

    def get(
        self, question: Hashable, work: Callable[[], Result | Coroutine[Any, Any, Result]]
    ) -> Result | asyncio.Future[Result]:
        """The result, or a future of it where it takes time."""
        if question in self.results:
            return self.results[question]
        if self._begun is None:
            self._begun = {}
        if (begun := self._begun.get(question)) is not None:
            # Its result becomes known right after.
            return begun.result() if begun.done() else begun
        found = work()
        if not isinstance(found, Coroutine):
            self._keep_a_while(question, found)
            return found
        task = self._begun[question] = asyncio.create_task(found)
        task.add_done_callback(lambda task: self._arrived(question, task))
        return task

    def _arrived(self, question: Hashable, task: asyncio.Task[Result]) -> None:
        assert self._begun is not None
        del self._begun[question]
        if not task.cancelled() and task.exception() is None:
            self._keep_a_while(question, task.result())

    def _keep_a_while(self, question: Hashable, result: Result) -> None:
        self.results[question] = result
        asyncio.get_running_loop().call_later(RESULT_TTL, self.results.pop, question)
