"""SQLAlchemy's connection pool with a stack of idle connections in front of it.

The functions acquire and release its connections without SQLAlchemy.

SQLAlchemy's pool makes a greenlet and a proxy with a finalizer for each checkout, which takes as
long as half a small read. A connection released here stays checked out from SQLAlchemy's point of
view and waits on the stack. With single-statement reads this lowered the CPU of a page of 50
sessions from 711 to 555 µs (ADR 25). Limits, timeouts and disposal remain SQLAlchemy's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import AsyncAdaptedQueuePool, PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

from storage.database_problems import READ_ONLY, find_problem, record_problem
from storage.error_detail import strip_row_detail
from storage.outages import CONNECTION_ERRORS
from storage.statements import Statement

# SQLAlchemy names a pool's logger after its class. Its messages about each connection are noise.
logging.getLogger(f"{__name__}.ConnectionPool").setLevel(logging.WARNING)


@dataclass(slots=True, eq=False)
class PooledConnection:
    """A connection of the pool, in use or idle."""

    pool: ConnectionPool
    proxied: PoolProxiedConnection
    #: The same connection as an object of asyncpg.
    driver: Any

    @property
    def account_id(self) -> UUID | None:
        """The account whose rows the connection sees outside transactions; None at first.

        It lasts as long as the connection, across uses.
        """
        return self.proxied.info.get("account_id")

    @account_id.setter
    def account_id(self, account_id: UUID) -> None:
        self.proxied.info["account_id"] = account_id

    def release(self) -> None:
        """Return the connection to the pool. It must not be in a transaction."""
        self.pool.push_idle(self)

    def discard(self) -> None:
        """Close the connection, whatever its state: the pool may open another one."""
        if self.proxied.dbapi_connection is not None:
            self.proxied.invalidate()
        self.proxied.close()


class ConnectionPool(AsyncAdaptedQueuePool):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        #: The connection used last is reused first: caches of both processes are warm for it.
        self._idle: list[PooledConnection] = []
        #: Callers in `_do_get`.
        self._waiting = 0
        self._is_disposed = False

    def pop_idle(self) -> PooledConnection | None:
        """An idle connection; those that were closed meanwhile are discarded."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.driver.is_closed():
                return connection
            connection.discard()
        return None

    def push_idle(self, connection: PooledConnection) -> None:
        """Keep a connection for the next use, or hand it to a caller that waits."""
        if self._is_disposed:
            connection.discard()
        elif self._waiting:
            connection.proxied.close()
        else:
            self._idle.append(connection)

    def checkedout(self) -> int:
        return super().checkedout() - len(self._idle)

    def dispose(self) -> None:
        """Close the pool for good: an engine that is used again creates another pool."""
        self._is_disposed = True
        while self._idle:
            self._idle.pop().discard()
        super().dispose()

    def _do_get(self) -> ConnectionPoolEntry:
        """A checkout through SQLAlchemy gets an idle connection too, instead of waiting."""
        self._waiting += 1
        try:
            if self._idle:
                self._idle.pop().proxied.close()
            return super()._do_get()
        finally:
            self._waiting -= 1


def count_connections_in_use(engine: AsyncEngine) -> int:
    """The connections that requests use now, without the idle ones."""
    assert isinstance(engine.pool, ConnectionPool)
    return engine.pool.checkedout()


def has_free_connection(engine: AsyncEngine) -> bool:
    """Whether a caller that acquires a connection now need not wait for another to release one."""
    pool = cast("ConnectionPool", engine.pool)
    return pool.checkedout() < pool.size()


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


#: Seconds that Postgres has to end a statement nobody waits for, until its connection is cut.
CANCEL_SECONDS = 2.0
#: Tasks of `cancel_and_discard`; the event loop itself does not keep them.
cancelling_tasks: set[asyncio.Task[None]] = set()


async def cancel_and_discard(connection: PooledConnection) -> None:
    """Cancel the running statement in Postgres, then close the connection. Until then it counts as
    in use: the pool opens no other one while Postgres still works on its behalf."""
    try:
        await connection.driver.close(timeout=CANCEL_SECONDS)
    except (TimeoutError, asyncpg.PostgresError, *CONNECTION_ERRORS):
        # Postgres notices the closed connection by itself: see `DETECT_CLOSED_CLIENT`.
        pass
    finally:
        connection.discard()


async def release_failed(connection: PooledConnection, error: BaseException) -> None:
    """Release a connection after an error. It is rolled back, or closed if that is not safe."""
    if isinstance(error, asyncio.CancelledError):
        # The task is ending and must not wait for Postgres.
        task = asyncio.create_task(cancel_and_discard(connection))
        cancelling_tasks.add(task)
        task.add_done_callback(cancelling_tasks.discard)
        return
    if isinstance(error, asyncpg.PostgresError):
        strip_row_detail(error)
    record_problem(error)
    is_clean = False
    try:
        # The driver's state is unknown after an error of the connection, and after a statement
        # that was cancelled while it ran.
        # A new connection may lead to another server, which can be written to.
        is_lost = isinstance(error, CONNECTION_ERRORS) or find_problem(error) is READ_ONLY
        if isinstance(error, Exception) and not is_lost:
            is_clean = await rollback(connection.driver)
    finally:
        if is_clean:
            connection.release()
        else:
            connection.discard()


async def rollback(driver: Any) -> bool:
    """End the transaction; False if the connection is lost."""
    try:
        await driver.execute(ROLLBACK)
    except (asyncpg.PostgresError, *CONNECTION_ERRORS):
        return False
    return True
