"""What an operation streams, one result after the other."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from realtime.broadcast import Run


class Results(AsyncGenerator[Any, None]):
    """Whoever can take runs as they are, instead of each of their results, reads `parts`."""

    def __init__(self, parts: AsyncGenerator[Any, None]) -> None:
        self.parts = parts
        self._each = one_by_one(parts)

    async def asend(self, value: None) -> Any:
        return await self._each.asend(value)

    async def athrow(self, *error: Any) -> Any:
        return await self._each.athrow(*error)

    async def aclose(self) -> None:
        await self._each.aclose()
        await self.parts.aclose()


async def one_by_one(parts: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
    async for part in parts:
        if not isinstance(part, Run):
            yield part
            continue
        async with aclosing(part.each()) as results:
            async for result in results:
                yield result
