import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")

#: How long a result is there for those who come a little later, in seconds. So what is held for
#: them is never more than what a process can work out in that time.
KEPT_FOR = 1.0


class Once(Generic[Result]):
    """What several ask for at about the same time is worked out once.

    Whoever leaves meanwhile takes it from nobody else.
    """

    __slots__ = ("_begun",)

    def __init__(self) -> None:
        self._begun: dict[Hashable, asyncio.Task[Result]] = {}

    def get(
        self, question: Hashable, work: Callable[[], Coroutine[Any, Any, Result]]
    ) -> Awaitable[Result]:
        task = self._begun.get(question)
        if task is None:
            task = self._begun[question] = asyncio.create_task(work())
            task.add_done_callback(lambda task: self._keep_a_while(question, task))
        return asyncio.shield(task)

    def _keep_a_while(self, question: Hashable, task: asyncio.Task[Result]) -> None:
        task.get_loop().call_later(KEPT_FOR, self._begun.pop, question)
