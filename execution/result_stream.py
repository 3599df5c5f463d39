"""What an operation streams, one result after the other."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from realtime.broadcast import EventBatch


class ResultStream(AsyncGenerator[Any, None]):
    """Whoever can take runs as they are, instead of each of their results, reads `parts`."""

    def __init__(self, parts: AsyncGenerator[Any, None]) -> None:
        self.parts = parts
        self._each = flatten_batches(parts)

    async def asend(self, value: None) -> Any:
        return await self._each.asend(value)

    async def athrow(self, *error: Any) -> Any:
        return await self._each.athrow(*error)

    async def aclose(self) -> None:
        await self._each.aclose()
        await self.parts.aclose()


async def flatten_batches(parts: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    async for part in parts:
        if not isinstance(part, EventBatch):
            yield part
            continue
        async with aclosing(part.iterate()) as results:
            async for result in results:
                yield result
