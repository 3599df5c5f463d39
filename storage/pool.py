"""SQLAlchemy's connection pool with a stack of idle connections in front of it.

SQLAlchemy's pool makes a greenlet and a proxy with a finalizer for each checkout, which takes as
long as half a small read. A connection released here stays checked out from SQLAlchemy's point of
view and waits on the stack. With single-statement reads this lowered the CPU of a page of 50
sessions from 711 to 555 µs (ADR 25). Limits, timeouts and disposal remain SQLAlchemy's.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import AsyncAdaptedQueuePool, PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

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
