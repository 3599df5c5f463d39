"""Connections of the pool, used without SQLAlchemy: taken, and given back as they were."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.error_detail import strip_row_detail
from storage.outages import CONNECTION_ERRORS
from storage.pool import ConnectionPool, PooledConnection
from storage.statements import Statement

ROLLBACK = "ROLLBACK"


async def acquire_connection(engine: AsyncEngine) -> PooledConnection:
    """One of the pool's, and none that was lost while nobody used it."""
    pool = cast("ConnectionPool", engine.pool)
    return pool.pop_idle() or await acquire_from_pool(engine)


async def acquire_from_pool(engine: AsyncEngine) -> PooledConnection:
    while True:
        pool = cast("ConnectionPool", engine.pool)
        proxied = await engine.raw_connection()
        held = PooledConnection(pool, proxied, proxied.driver_connection)
        if not held.driver.is_closed():
            return held
        held.discard()


@asynccontextmanager
async def driver_connection(engine: AsyncEngine) -> AsyncGenerator[Any]:
    """The driver's connection, for statements that need no transaction around them."""
    held = await acquire_connection(engine)
    try:
        yield held.driver
    except BaseException as error:
        await release_failed(held, error)
        raise
    held.release()


async def execute_statement(
    driver: Any, statement: Statement, given: dict[str, Any]
) -> list[asyncpg.Record]:
    return await fetch_records(driver, statement.sql, statement.arguments(given))


async def fetch_records(driver: Any, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
    """What a statement gives."""
    records: list[asyncpg.Record] = await driver.fetch(sql, *arguments)
    return records


async def release_failed(held: PooledConnection, error: BaseException) -> None:
    """Of a transaction nothing is left that the next one to use it could see; otherwise it goes."""
    if isinstance(error, asyncpg.PostgresError):
        strip_row_detail(error)
    is_whole = False
    try:
        is_whole = is_reusable(error) and await rollback(held.driver)
    finally:
        if is_whole:
            held.release()
        else:
            held.discard()


def is_reusable(error: BaseException) -> bool:
    """Not where the driver itself is in doubt, or somebody has stopped waiting for a statement."""
    return isinstance(error, Exception) and not isinstance(error, CONNECTION_ERRORS)


async def rollback(driver: Any) -> bool:
    """Whether the transaction has been; a connection that is lost cannot say so."""
    try:
        await driver.execute(ROLLBACK)
    except (asyncpg.PostgresError, *CONNECTION_ERRORS):
        return False
    return True
