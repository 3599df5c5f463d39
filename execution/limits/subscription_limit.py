"""How many operations each user has streaming from this process, over whatever transport."""

from collections import Counter
from collections.abc import AsyncGenerator, Hashable
from contextlib import aclosing
from typing import Any

from strawberry.types.execution import PreExecutionError

from execution.limits.errors import RequestRejected


class SubscriptionSlots:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: Counter[Hashable] = Counter()

    async def with_slot(
        self, user: Hashable, results: AsyncGenerator[Any, None]
    ) -> AsyncGenerator[Any, None]:
        """The same results, as long as there is a place for them."""
        if self._taken[user] >= self._limit:
            await results.aclose()
            yield PreExecutionError(data=None, errors=[self._rejection()])
            return
        self._taken[user] += 1
        try:
            async with aclosing(results):
                async for result in results:
                    yield result
        finally:
            self._taken[user] -= 1
            if not self._taken[user]:
                del self._taken[user]

    def _rejection(self) -> RequestRejected:
        return RequestRejected(
            "TOO_MANY_SUBSCRIPTIONS", f"At most {self._limit:,} may be open at the same time."
        )
