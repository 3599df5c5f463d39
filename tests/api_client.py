"""Running operations through the schema as a given user."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from resolvers.schema import schema
from server.runtime import Runtime
from services.principal import Principal

#: Far more than anything here takes, so that only what never comes fails a test.
PATIENCE = 30


@dataclass(frozen=True, slots=True)
class Api:
    running: Runtime
    principal: Principal

    def by(self, principal: Principal) -> "Api":
        """The same server, used by somebody else."""
        return Api(self.running, principal)

    async def result(self, document: str, /, **variables: Any) -> Any:
        return await asyncio.wait_for(
            schema.execute(
                document, variables, context_value=self.running.create_context(self.principal)
            ),
            PATIENCE,
        )

    async def data(self, document: str, /, **variables: Any) -> Any:
        """What the operation answers; errors fail the test."""
        result = await self.result(document, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def error(self, document: str, /, **variables: Any) -> tuple[str, str]:
        """Code and message of the one top-level error."""
        result = await self.result(document, **variables)
        assert result.errors is not None, result.data
        [error] = result.errors
        return error.extensions["code"], error.message

    @asynccontextmanager
    async def subscribed(
        self, document: str, /, **variables: Any
    ) -> AsyncIterator[AsyncIterator[Any]]:
        stream = await schema.subscribe(
            document, variables, context_value=self.running.create_context(self.principal)
        )
        try:
            yield values(stream)
        finally:
            await stream.aclose()


async def values(stream: Any) -> AsyncIterator[Any]:
    """The one field of each event."""
    while True:
        try:
            result = await asyncio.wait_for(anext(stream), PATIENCE)
        except StopAsyncIteration:
            return
        assert result.errors is None, result.errors
        [value] = result.data.values()
        yield value


async def eventually(check: Any, *, patience: float = PATIENCE) -> Any:
    """Wait until an async check returns something true, and return that."""
    async with asyncio.timeout(patience):
        while not (found := await check()):
            await asyncio.sleep(0.02)
    return found


async def given_back(running: Any) -> None:
    """Wait until no connection is in use: work in the background may have one for a moment."""

    async def found() -> bool:
        return bool(running.engine.pool.checkedout() == 0)

    await eventually(found)
