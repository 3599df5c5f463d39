"""Everything there is in the database, which no part of the server can see."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import URL, NullPool, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from server.runtime import Runtime

#: By database, as long as a process of the tests runs on it: connecting takes longer than most
#: statements of a test.
pools: dict[str, AsyncEngine] = {}


QUIESCE = (
    "UPDATE ai_sessions SET described_at = now() WHERE described_at IS NULL",
    "UPDATE generations SET status = 'cancelled', lease_expires_at = NULL"
    " WHERE status IN ('queued', 'running')",
)


@asynccontextmanager
async def superuser_pool(running: Runtime) -> AsyncIterator[None]:
    url = owner_url(running)
    engine = pools[url.database or ""] = create_async_engine(url, pool_size=1, max_overflow=20)
    try:
        yield
    finally:
        del pools[url.database or ""]
        await engine.dispose()


def owner_engine(running: Runtime) -> AsyncEngine:
    """The pool of a process, or an engine without one for a process that a test has started."""
    return pools.get(running.engine.url.database or "") or create_async_engine(
        owner_url(running), poolclass=NullPool
    )


def owner_url(running: Runtime) -> URL:
    return running.engine.url.set(username="postgres")


@asynccontextmanager
async def as_owner(running: Runtime) -> AsyncIterator[AsyncSession]:
    """A transaction of the tables' owner."""
    async with AsyncSession(owner_engine(running), expire_on_commit=False) as db, db.begin():
        yield db


async def quiesce(running: Runtime) -> None:
    """End what a test has left to do: no answer is being written, no title is due."""
    while running.generation_runner.running_ids:
        for generation_id in running.generation_runner.running_ids:
            running.generation_runner.cancel_generation(generation_id)
        await asyncio.sleep(0.002)
    async with as_owner(running) as db:
        for statement in QUIESCE:
            await db.execute(text(statement))
