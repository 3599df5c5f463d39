"""Everything there is in the database, which no part of the server can see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import NullPool
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from server.runtime import Runtime


def owning(running: Runtime) -> AsyncEngine:
    return create_async_engine(running.engine.url.set(username="postgres"), poolclass=NullPool)


@asynccontextmanager
async def as_owner(running: Runtime) -> AsyncIterator[AsyncSession]:
    """A transaction of the tables' owner."""
    async with AsyncSession(owning(running), expire_on_commit=False) as db, db.begin():
        yield db
