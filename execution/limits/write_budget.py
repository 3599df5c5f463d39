"""How much a viewer may have written at once: validating, storing, indexing and redacting a text
takes time that grows with its length."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import asynccontextmanager

from execution.limits.errors import RequestRejected
from execution.limits.operation_limits import OperationLimits
from execution.limits.shared_budget import SharedBudget

#: Texts of so many characters are short.
SHORT_WRITE = 8_000
#: Characters that a mutation with short texts counts as, and one with a long text at least. A long
#: text in a conversation costs PostgreSQL as much as the conversation, which it writes anew.
SHORT_WEIGHT, LONG_WEIGHT = 4_000, 200_000
#: A long text keeps its part of the budget for so many times as long as it took, and for so many
#: seconds at most: one user without pause leaves others most of the time.
REST, LONGEST_REST = 2, 0.1
#: There is no limit for all viewers together.
UNLIMITED = 10**12


class TooManyWrites(RequestRejected):
    """The viewer's other mutations have taken too long; a later attempt may succeed."""

    is_counted = True

    def __init__(self) -> None:
        super().__init__(
            "TOO_MANY_WRITES", "Too many of your changes are under way. Try again later."
        )


def ignore_refusal(_: Hashable) -> None:
    """Nobody counts refusals."""


class WriteBudget(SharedBudget):
    """Characters of the texts in the mutations that are under way, of each viewer."""

    def __init__(self, limits: OperationLimits) -> None:
        super().__init__(UNLIMITED, limits.write_chars, limits.response.wait_seconds)
        #: Called with the viewer whose mutation is rejected.
        self.on_refusal: Callable[[Hashable], None] = ignore_refusal

    @asynccontextmanager
    async def reserve_write(self, chars: int, viewer: Hashable) -> AsyncGenerator[None]:
        """The part of a mutation with texts of so many characters. Raises TooManyWrites."""
        if chars <= SHORT_WRITE:
            async with self.reserve(SHORT_WEIGHT, viewer):
                yield
            return
        loop = asyncio.get_running_loop()
        size = await self._acquire(max(chars, LONG_WEIGHT), viewer)
        begin = loop.time()
        try:
            yield
        finally:
            rest = min(REST * (loop.time() - begin), LONGEST_REST)
            loop.call_later(rest, self._release, size, viewer)

    def reject_waiter(self, owner: Hashable) -> RequestRejected:
        self.on_refusal(owner)
        return TooManyWrites()
