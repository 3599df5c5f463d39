"""The results of a subscription: event batches, or one result after the other."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from realtime.broadcast import EventBatch


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
