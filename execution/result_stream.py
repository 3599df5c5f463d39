"""The results of an operation one after the other, and how many subscriptions a viewer has."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import Any

from strawberry.types.execution import PreExecutionError

from execution.limits.errors import RequestRejected
from realtime.broadcast import EventBatch


class TooManySubscriptions(RequestRejected):
    """The viewer has as many concurrent subscriptions as allowed."""

    is_counted = True

    def __init__(self, limit: int) -> None:
        super().__init__(
            "TOO_MANY_SUBSCRIPTIONS", f"The limit is {limit:,} concurrent subscriptions."
        )


def ignore_refusal(_: Hashable) -> None:
    """Nobody counts refusals."""


class SubscriptionSlots:
    """How many subscriptions each viewer has."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used: Counter[Hashable] = Counter()
        #: Called with the viewer who has no free slot.
        self.on_refusal: Callable[[Hashable], None] = ignore_refusal

    async def with_slot(
        self, viewer: Hashable, results: AsyncGenerator[Any, None]
    ) -> AsyncGenerator[Any, None]:
        """The same results while the viewer has a free slot, a rejection otherwise."""
        if self._used[viewer] >= self._limit:
            await results.aclose()
            self.on_refusal(viewer)
            yield PreExecutionError(data=None, errors=[TooManySubscriptions(self._limit)])
            return
        self._used[viewer] += 1
        try:
            async with aclosing(results):
                async for result in results:
                    yield result
        finally:
            self._used[viewer] -= 1
            if not self._used[viewer]:
                del self._used[viewer]


class ResultStream(AsyncGenerator[Any, None]):
    """Iterates over single results. A transport that takes whole batches reads `parts` instead."""

    def __init__(self, parts: AsyncGenerator[Any, None]) -> None:
        self.parts = parts
        self._results = flatten_batches(parts)

    async def asend(self, value: None) -> Any:
        return await self._results.asend(value)

    async def athrow(self, *error: Any) -> Any:
        return await self._results.athrow(*error)

    async def aclose(self) -> None:
        await self._results.aclose()
        await self.parts.aclose()


async def flatten_batches(parts: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    async for part in parts:
        if not isinstance(part, EventBatch):
            yield part
            continue
        async with aclosing(part.iterate()) as results:
            async for result in results:
                yield result
