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
from storage.outages import LOST, Uncertain
from storage.pool import Held
from storage.statements import Read, Statement

Row = TypeVar("Row")

#: Whose rows it may touch is said as it begins, in the same round trip.
BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    " SET LOCAL ROLE {}; SET LOCAL sessions.account_id = '{}'"
)
COMMIT = "COMMIT"
#: After these nobody can tell whether it was kept.
UNHEARD = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, *LOST)


class Transaction:
    def __init__(self, engine: AsyncEngine, held: Held) -> None:
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

    async def run(self, statement: Statement, /, **given: Any) -> list[asyncpg.Record]:
        await self._flush()
        return await connections.run(self.driver, statement, given)

    async def rows(self, read: Read[Row], /, **given: Any) -> list[Row]:
        return read.rows(await self.run(read, **given))

    async def row(self, read: Read[Row], /, **given: Any) -> Row | None:
        return next(iter(await self.rows(read, **given)), None)

    async def first(self, read: Statement, /, **given: Any) -> Any:
        """The first of the first row; None where there is no row."""
        records = await self.run(read, **given)
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
            raise Uncertain from error

    async def close(self) -> None:
        if self._orm is not None:
            await self._orm.close()

    async def _flush(self) -> None:
        """The driver is to see what the ORM holds, as the ORM's own statements do."""
        orm = self._orm
        if orm is not None and orm.autoflush and (orm.new or orm.dirty or orm.deleted):
            await orm.flush()


@asynccontextmanager
async def begun(
    engine: AsyncEngine, role: str, account_id: UUID | None, *, keeps: bool = True
) -> AsyncGenerator[Transaction]:
    """Commit when the block ends, or let go of what it did unless it `keeps` it; roll back when it
    raises."""
    held = await connections.taken(engine)
    transaction = Transaction(engine, held)
    try:
        try:
            await entered(transaction.driver, role, account_id)
            yield transaction
            if keeps:
                await transaction.commit()
            else:
                await transaction.driver.execute(connections.END)
        finally:
            await transaction.close()
    except BaseException as error:
        await connections.given_up(held, error)
        raise
    held.give_back()


async def entered(driver: Any, role: str, account_id: UUID | None) -> None:
    await driver.execute(BEGIN.format(role, account_id or ""))
