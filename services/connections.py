"""Connections of the pool, used without SQLAlchemy: taken, and given back as they were."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine

from services.faults import LOST
from services.statements import Statement

#: What a transaction says as it begins, in the same round trip: the next one on the connection does
#: not inherit it.
RIGHTS = "SET LOCAL ROLE {}; SET LOCAL sessions.account_id = '{}'"
END = "ROLLBACK"


async def connected(engine: AsyncEngine) -> PoolProxiedConnection:
    """One of the pool's, and none that was lost while nobody used it."""
    while True:
        pooled = await engine.raw_connection()
        driver: Any = pooled.driver_connection
        if not driver.is_closed():
            return pooled
        pooled.invalidate()


@asynccontextmanager
async def borrowed(engine: AsyncEngine) -> AsyncGenerator[Any]:
    """The driver's connection, for statements that need no transaction around them."""
    pooled = await connected(engine)
    try:
        yield pooled.driver_connection
    except BaseException as error:
        await given_up(pooled, error)
        raise
    pooled.close()


async def run(driver: Any, statement: Statement, given: dict[str, Any]) -> list[asyncpg.Record]:
    return await sent(driver, statement.sql, statement.arguments(given))


async def sent(driver: Any, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
    """What a statement gives."""
    records: list[asyncpg.Record] = await driver.fetch(sql, *arguments)
    return records


async def given_up(pooled: PoolProxiedConnection, error: BaseException) -> None:
    """Of a connection nothing is left that the next one to use it could see; otherwise it goes."""
    if isinstance(error, asyncpg.PostgresError):
        without_row(error)
    if leaves_it_whole(error) and await ended(pooled.driver_connection):
        pooled.close()
    else:
        gone(pooled)


def leaves_it_whole(error: BaseException) -> bool:
    """Not where the driver itself is in doubt, or somebody has stopped waiting for a statement."""
    return isinstance(error, Exception) and not isinstance(error, LOST)


def gone(pooled: PoolProxiedConnection) -> None:
    if pooled.dbapi_connection is not None:
        pooled.invalidate()
    pooled.close()


async def ended(driver: Any) -> bool:
    """Whether the transaction has been; a connection that is lost cannot say so."""
    if driver is None:
        return False
    try:
        await driver.execute(END)
    except (asyncpg.PostgresError, *LOST):
        return False
    return True


def without_row(error: asyncpg.PostgresError) -> None:
    """What Postgres refuses it quotes; errors are logged, and people's words not."""
    error.detail = None
    error.args = tuple(
        arg.partition("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in error.args
    )
