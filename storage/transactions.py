"""A transaction on one connection. What is done often is said to the driver; the ORM joins in where
it is needed, and both see what the other has done.
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

#: Whose rows it may touch is said as it begins, in the same round trip.
BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    " SET LOCAL ROLE {}; SET LOCAL sessions.account_id = '{}'"
)
COMMIT = "COMMIT"
#: After these nobody can tell whether it was kept.
UNHEARD = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, *CONNECTION_ERRORS)


class Transaction:
    def __init__(self, engine: AsyncEngine, held: PooledConnection) -> None:
        self._engine = engine
        self._held = held
        self._orm: AsyncSession | None = None

    @property
    def driver(self) -> Any:
        return self._held.driver

    @property
    def orm(self) -> AsyncSession:
        if self._orm is None:
            # The engine leaves beginning and ending to us.
            connection = Connection(self._engine.sync_engine, connection=self._held.proxied)
            self._orm = AsyncSession(
                AsyncConnection(self._engine, connection), expire_on_commit=False
            )
        return self._orm

    async def execute(self, statement: Statement, /, **given: Any) -> list[asyncpg.Record]:
        await self._flush()
        return await connections.execute_statement(self.driver, statement, given)

    async def fetch_rows(self, read: Query[Row], /, **given: Any) -> list[Row]:
        return read.map_rows(await self.execute(read, **given))

    async def fetch_row(self, read: Query[Row], /, **given: Any) -> Row | None:
        return next(iter(await self.fetch_rows(read, **given)), None)

    async def fetch_value(self, read: Statement, /, **given: Any) -> Any:
        """The first of the first row; None where there is no row."""
        records = await self.execute(read, **given)
        return records[0][0] if records else None

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None]:
        """Undo no more than the block did where it raises; one at a time."""
        await self._flush()
        await self.driver.execute("SAVEPOINT before")
        try:
            yield
        except Exception:
            await self.driver.execute("ROLLBACK TO SAVEPOINT before")
            raise
        await self.driver.execute("RELEASE SAVEPOINT before")

    async def commit(self) -> None:
        """Raises Uncertain."""
        await self._flush()
        try:
            await self.driver.execute(COMMIT)
        except UNHEARD as error:
            raise CommitOutcomeUnknown from error

    async def close(self) -> None:
        if self._orm is not None:
            await self._orm.close()

    async def _flush(self) -> None:
        """The driver is to see what the ORM holds, as the ORM's own statements do."""
        orm = self._orm
        if orm is not None and orm.autoflush and (orm.new or orm.dirty or orm.deleted):
            await orm.flush()


@asynccontextmanager
async def begin_transaction(
    engine: AsyncEngine, role: str, account_id: UUID | None, *, keeps: bool = True
) -> AsyncGenerator[Transaction]:
    """Commit when the block ends, or let go of what it did unless it `keeps` it; roll back when it
    raises."""
    held = await connections.acquire_connection(engine)
    transaction = Transaction(engine, held)
    try:
        try:
            await set_role(transaction.driver, role, account_id)
            yield transaction
            if keeps:
                await transaction.commit()
            else:
                await transaction.driver.execute(connections.ROLLBACK)
        finally:
            await transaction.close()
    except BaseException as error:
        await connections.release_failed(held, error)
        raise
    held.release()


async def set_role(driver: Any, role: str, account_id: UUID | None) -> None:
    await driver.execute(BEGIN.format(role, account_id or ""))
