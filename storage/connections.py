"""Acquires connections of the pool for use without SQLAlchemy, and releases them clean."""

from collections.abc import AsyncGenerator, Mapping, Sequence
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
    """An open connection of the engine's pool. Raises the errors of CONNECTION_ERRORS."""
    pool = cast("ConnectionPool", engine.pool)
    return pool.pop_idle() or await acquire_from_pool(engine)


async def acquire_from_pool(engine: AsyncEngine) -> PooledConnection:
    """Like `acquire_connection`, but waits in SQLAlchemy's queue, or opens a connection."""
    while True:
        pool = cast("ConnectionPool", engine.pool)
        proxied = await engine.raw_connection()
        connection = PooledConnection(pool, proxied, proxied.driver_connection)
        if not connection.driver.is_closed():
            return connection
        connection.discard()


@asynccontextmanager
async def driver_connection(engine: AsyncEngine) -> AsyncGenerator[Any]:
    """The asyncpg connection, for statements that need no transaction around them."""
    connection = await acquire_connection(engine)
    try:
        yield connection.driver
    except BaseException as error:
        await release_failed(connection, error)
        raise
    connection.release()


async def execute_statement(
    driver: Any, statement: Statement, values: Mapping[str, Any]
) -> list[asyncpg.Record]:
    return await fetch_records(driver, statement.sql, statement.arguments(values))


async def fetch_records(driver: Any, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
    records: list[asyncpg.Record] = await driver.fetch(sql, *arguments)
    return records


async def release_failed(connection: PooledConnection, error: BaseException) -> None:
    """Release a connection after an error. It is rolled back, or closed if that is not safe."""
    if isinstance(error, asyncpg.PostgresError):
        strip_row_detail(error)
    is_clean = False
    try:
        is_clean = is_reusable(error) and await rollback(connection.driver)
    finally:
        if is_clean:
            connection.release()
        else:
            connection.discard()


def is_reusable(error: BaseException) -> bool:
    """False if the driver's state is unknown, or a statement was cancelled while it ran."""
    return isinstance(error, Exception) and not isinstance(error, CONNECTION_ERRORS)


async def rollback(driver: Any) -> bool:
    """End the transaction; False if the connection is lost."""
    try:
        await driver.execute(ROLLBACK)
    except (asyncpg.PostgresError, *CONNECTION_ERRORS):
        return False
    return True
