"""The pool of connections: SQLAlchemy's, with a stack of its connections before it.

To take one out of SQLAlchemy's and put it back takes as long as half a small read. One that is
given back here stays taken, as far as SQLAlchemy knows, and stands by for whoever comes next.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import AsyncAdaptedQueuePool, PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

# SQLAlchemy names a pool's logger after the class: no operator is to read of each connection.
logging.getLogger(f"{__name__}.ConnectionPool").setLevel(logging.WARNING)


@dataclass(slots=True, eq=False)
class PooledConnection:
    """A connection while somebody has it, and while it stands by."""

    pool: ConnectionPool
    proxied: PoolProxiedConnection
    #: The same connection, as asyncpg has it.
    driver: Any

    @property
    def account_id(self) -> UUID | None:
        """Whose rows it sees outside of a transaction: kept for as long as it is open, whoever
        has it. Of a new one nobody's."""
        return self.proxied.info.get("account_id")

    @account_id.setter
    def account_id(self, account_id: UUID) -> None:
        self.proxied.info["account_id"] = account_id

    def release(self) -> None:
        self.pool.push_idle(self)

    def discard(self) -> None:
        """Close it, whatever state it is in: the pool opens another in its place."""
        if self.proxied.dbapi_connection is not None:
            self.proxied.invalidate()
        self.proxied.close()


class ConnectionPool(AsyncAdaptedQueuePool):
    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        #: The one used last is at hand, in both processes' caches.
        self._standing_by: list[PooledConnection] = []
        self._asking = 0
        self._is_disposed = False

    def pop_idle(self) -> PooledConnection | None:
        """One that stands by, and none that was lost meanwhile."""
        while self._standing_by:
            held = self._standing_by.pop()
            if not held.driver.is_closed():
                return held
            held.discard()
        return None

    def push_idle(self, held: PooledConnection) -> None:
        if self._is_disposed:
            held.discard()
        elif self._asking:
            held.proxied.close()
        else:
            self._standing_by.append(held)

    def checkedout(self) -> int:
        return super().checkedout() - len(self._standing_by)

    def dispose(self) -> None:
        """For good: an engine that goes on makes another pool."""
        self._is_disposed = True
        while self._standing_by:
            self._standing_by.pop().discard()
        super().dispose()

    def _do_get(self) -> ConnectionPoolEntry:
        """Whoever asks SQLAlchemy does not wait for what only stands by."""
        self._asking += 1
        try:
            if self._standing_by:
                self._standing_by.pop().proxied.close()
            return super()._do_get()
        finally:
            self._asking -= 1


def count_connections_in_use(engine: AsyncEngine) -> int:
    """Connections that requests hold now, idle ones excluded."""
    assert isinstance(engine.pool, ConnectionPool)
    return engine.pool.checkedout()
