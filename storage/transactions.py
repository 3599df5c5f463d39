"""Transactions whose statements run on the driver or by the ORM, on one connection.

Frequent statements run on the driver. The ORM joins the transaction where it is needed; each sees
the writes of the other.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from storage import connections
from storage.outages import CONNECTION_ERRORS, CommitOutcomeUnknown
from storage.pool import PooledConnection
from storage.statements import Query, Statement

Row = TypeVar("Row")

#: Sets role and account in the same round trip.
BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    " SET LOCAL ROLE {}; SET LOCAL sessions.account_id = '{}'"
)
COMMIT = "COMMIT"
#: After these errors of a commit its outcome is unknown.
COMMIT_UNKNOWN_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    *CONNECTION_ERRORS,
)


class Transaction:
    """A running transaction. The values of a statement's parameters are keyword arguments."""

    def __init__(self, engine: AsyncEngine, connection: PooledConnection) -> None:
        self._engine = engine
        self._connection = connection
        self._orm: AsyncSession | None = None

    @property
    def driver(self) -> Any:
        """The asyncpg connection."""
        return self._connection.driver

    @property
    def orm(self) -> AsyncSession:
        """The ORM's session of this transaction."""
        if self._orm is None:
            # The engine is in autocommit mode: beginning and ending are up to us.
            connection = Connection(self._engine.sync_engine, connection=self._connection.proxied)
            self._orm = AsyncSession(
                AsyncConnection(self._engine, connection), expire_on_commit=False
            )
        return self._orm

    async def execute(self, statement: Statement, /, **values: Any) -> list[asyncpg.Record]:
        await self._flush()
        return await connections.execute_statement(self.driver, statement, values)

    async def fetch_rows(self, query: Query[Row], /, **values: Any) -> list[Row]:
        return query.map_rows(await self.execute(query, **values))

    async def fetch_row(self, query: Query[Row], /, **values: Any) -> Row | None:
        return next(iter(await self.fetch_rows(query, **values)), None)

    async def fetch_value(self, statement: Statement, /, **values: Any) -> Any:
        """The first value of the first row; None if there is no row."""
        records = await self.execute(statement, **values)
        return records[0][0] if records else None

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """Undo the writes of the block if it raises. Savepoints cannot be nested."""
        await self._flush()
        await self.driver.execute("SAVEPOINT before")
        try:
            yield
        except Exception:
            await self.driver.execute("ROLLBACK TO SAVEPOINT before")
            raise
        await self.driver.execute("RELEASE SAVEPOINT before")

    async def commit(self) -> None:
        """Raises CommitOutcomeUnknown."""
        await self._flush()
        try:
            await self.driver.execute(COMMIT)
        except COMMIT_UNKNOWN_ERRORS as error:
            raise CommitOutcomeUnknown from error

    async def close(self) -> None:
        if self._orm is not None:
            await self._orm.close()

    async def _flush(self) -> None:
        """Send the ORM's pending writes before a statement of the driver, as the ORM itself does
        before its own."""
        orm = self._orm
        if orm is not None and orm.autoflush and (orm.new or orm.dirty or orm.deleted):
            await orm.flush()


@asynccontextmanager
async def begin_transaction(
    engine: AsyncEngine, role: str, account_id: UUID | None, *, commits: bool = True
) -> AsyncGenerator[Transaction]:
    """A transaction of a role, in an account if one is given.

    It commits when the block ends, or rolls back if it `commits` not or the block raises. Raises
    CommitOutcomeUnknown.
    """
    connection = await connections.acquire_connection(engine)
    transaction = Transaction(engine, connection)
    try:
        try:
            await set_role(transaction.driver, role, account_id)
            yield transaction
            if commits:
                await transaction.commit()
            else:
                await transaction.driver.execute(connections.ROLLBACK)
        finally:
            await transaction.close()
    except BaseException as error:
        await connections.release_failed(connection, error)
        raise
    connection.release()


async def set_role(driver: Any, role: str, account_id: UUID | None) -> None:
    """Begin the transaction with a role and an account."""
    await driver.execute(BEGIN.format(role, account_id or ""))
