"""Limits the concurrent subscriptions of each viewer in this process, over all transports."""

from collections import Counter
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import Any

from strawberry.types.execution import PreExecutionError

from execution.limits.errors import RequestRejected


class SubscriptionSlots:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used: Counter[Hashable] = Counter()

    async def with_slot(
        self, viewer: Hashable, results: AsyncGenerator[Any, None]
    ) -> AsyncGenerator[Any, None]:
        """The same results while the viewer has a free slot, a rejection otherwise."""
        if self._used[viewer] >= self._limit:
            await results.aclose()
            yield PreExecutionError(data=None, errors=[self._rejection()])
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

    def _rejection(self) -> RequestRejected:
        return RequestRejected(
            "TOO_MANY_SUBSCRIPTIONS", f"The limit is {self._limit:,} concurrent subscriptions."
        )
