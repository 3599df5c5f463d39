import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

#: How long a result is there for those who come a little later, in seconds. So what is held for
#: them is never more than what a process can work out in that time.
KEPT_FOR = 1.0


class Once(Generic[Result]):
    """What several ask for at about the same time is worked out once."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[Hashable, Result | asyncio.Future[Result]] | None = None

    def get(
        self, question: Hashable, work: Callable[[], Result | Coroutine[Any, Any, Result]]
    ) -> Result | asyncio.Future[Result]:
        """The result, or a future of it where it takes time. Whoever leaves meanwhile takes it
        from nobody else: it is for all of them, and to be waited for without being cancelled."""
        if self._found is None:
            self._found = {}
        try:
            found = self._found[question]
        except KeyError:
            return self._begin(self._found, question, work())
        if isinstance(found, asyncio.Future) and found.done():
            return found.result()
        return found

    def _begin(
        self,
        kept: dict[Hashable, Result | asyncio.Future[Result]],
        question: Hashable,
        work: Result | Coroutine[Any, Any, Result],
    ) -> Result | asyncio.Future[Result]:
        loop = asyncio.get_running_loop()
        if not isinstance(work, Coroutine):
            kept[question] = work
            loop.call_later(KEPT_FOR, kept.pop, question)
            return work
        task = kept[question] = loop.create_task(work)
        task.add_done_callback(lambda _: loop.call_later(KEPT_FOR, kept.pop, question))
        return task
