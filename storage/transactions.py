"""Transactions of one account or of the system, with statements on the driver or by the ORM.

Tenant isolation: a transaction names the account whose rows it may read and write, and row-level
security of Postgres enforces it for every statement. Migration 0005 creates the roles and their
privileges; see docs/adr/0013.

Frequent statements run on the driver. The ORM joins the transaction where it is needed; each sees
the writes of the other. `LockedQuery` makes objects of the ORM from rows that the driver has read:
to lock and load a row of 40 columns takes the ORM 390 µs of CPU, this module 120 µs (ADR 23).

`BatchStatement` combines independent writes as common table expressions of one statement. asyncpg
has no pipeline mode, and the `executemany` of a driver takes one SQL text only. A unit of work
writes three to six statements, each a round trip of its own otherwise.
"""

import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any, Generic, NamedTuple, TypeVar, cast
from uuid import UUID

import asyncpg
from sqlalchemy import Connection, Select, inspect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base
from storage import pool
from storage.outages import CONNECTION_ERRORS, CommitOutcomeUnknown
from storage.pool import PooledConnection
from storage.read_limits import DEFAULT_READ_LIMITS, ReadLimits, SearchSlots
from storage.reader import Reader
from storage.statements import Query, Statement

Row = TypeVar("Row")

#: Sets role and account in the same round trip.
BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;"
    " SET LOCAL ROLE {}; SET LOCAL sessions.account_id = '{}'"
)
#: The time of a statement that writes is the time of its request.
WITHOUT_TIMEOUT = "; SET LOCAL statement_timeout = 0"
COMMIT = "COMMIT"
#: After these errors of a commit its outcome is unknown.
COMMIT_UNKNOWN_ERRORS = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    *CONNECTION_ERRORS,
)


PARAMETER = re.compile(r"\$(\d+)")


class PendingWrite(NamedTuple):
    """A statement with the values of its parameters."""

    statement: Statement
    values: dict[str, Any]


class BatchStatement(Statement):
    """Runs several statements as one.

    All but the last must write: Postgres does not run a SELECT whose result nothing uses. No two
    may write the same row, because they all see the rows as before the statement.
    """

    def __init__(self, *parts: Statement) -> None:
        self._parts = parts
        *first, last = renumber_parameters(part.sql for part in parts)
        expressions = ", ".join(f"part_{number} AS ({sql})" for number, sql in enumerate(first))
        self.sql = f"WITH {expressions} {last}" if expressions else last

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """`values["each"]` are the values of each part."""
        pairs = zip(self._parts, values["each"], strict=True)
        return [argument for part, each in pairs for argument in part.arguments(each)]


def renumber_parameters(parts: Iterable[str]) -> Iterator[str]:
    """The SQL of the parts; the parameters of each have the numbers after those of the last."""
    offset = 0
    for sql in parts:
        yield PARAMETER.sub(partial(shift_parameter, offset), sql)
        offset += max(map(int, PARAMETER.findall(sql)), default=0)


def shift_parameter(offset: int, parameter: re.Match[str]) -> str:
    return f"${int(parameter[1]) + offset}"


#: Few combinations occur: the statements of a unit of work depend on the operation alone.
batch_statement = lru_cache(maxsize=100)(BatchStatement)


class Transaction:
    """A running transaction. The values of a statement's parameters are keyword arguments."""

    def __init__(
        self, engine: AsyncEngine, connection: PooledConnection, account_id: UUID | None = None
    ) -> None:
        #: The account whose rows the transaction sees; None for the system.
        self.account_id = account_id
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
        return await pool.execute_statement(self.driver, statement, values)

    async def fetch_rows(self, query: Query[Row], /, **values: Any) -> list[Row]:
        return query.map_rows(await self.execute(query, **values))

    async def fetch_row(self, query: Query[Row], /, **values: Any) -> Row | None:
        return next(iter(await self.fetch_rows(query, **values)), None)

    async def fetch_value(self, statement: Statement, /, **values: Any) -> Any:
        """The first value of the first row; None if there is no row."""
        records = await self.execute(statement, **values)
        return records[0][0] if records else None

    async def execute_batch(self, writes: Sequence[PendingWrite]) -> None:
        """Run independent writes as one statement."""
        if writes:
            statement = batch_statement(*(write.statement for write in writes))
            await self.execute(statement, each=[write.values for write in writes])

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
    connection = await pool.acquire_connection(engine)
    transaction = Transaction(engine, connection, account_id)
    try:
        try:
            await set_role(transaction.driver, role, account_id, commits=commits)
            yield transaction
            if commits:
                await transaction.commit()
            else:
                await transaction.driver.execute(pool.ROLLBACK)
        finally:
            await transaction.close()
    except BaseException as error:
        await pool.release_failed(connection, error)
        raise
    connection.release()


async def set_role(driver: Any, role: str, account_id: UUID | None, *, commits: bool) -> None:
    """Begin the transaction with a role and an account. One that commits has no timeout."""
    begin = BEGIN.format(role, account_id or "")
    await driver.execute(begin + WITHOUT_TIMEOUT if commits else begin)


Model = TypeVar("Model", bound=Base)


class LockedQuery(Generic[Model]):
    """Selects rows of a model and locks them until the end of the transaction.

    An object that the ORM has already gets the values of the database.
    """

    def __init__(self, model: type[Model], selected: Select[Any]) -> None:
        mapper = inspect(model)
        loaded = [each for each in mapper.column_attrs if not each.deferred]
        self._model = model
        self._subclasses = mapper.polymorphic_map if mapper.polymorphic_on is not None else None
        self._key = [mapper.get_property_by_column(each).key for each in mapper.primary_key]
        self._discriminator = getattr(mapper.polymorphic_on, "key", "")
        columns = [getattr(model, each.key) for each in loaded]
        self._query: Query[Any] = Query(selected.with_only_columns(*columns).with_for_update())

    async def load_one(self, transaction: Transaction, **values: Any) -> Model | None:
        return next(iter(await self.load_all(transaction, **values)), None)

    async def load_all(self, transaction: Transaction, **values: Any) -> list[Model]:
        records = await transaction.execute(self._query, **values)
        return [self._attach(transaction.orm, row) for row in self._query.map_dicts(records)]

    def _attach(self, orm: AsyncSession, values: dict[str, Any]) -> Model:
        key = tuple(values[name] for name in self._key)
        known = orm.identity_map.get(orm.identity_key(self._model, key))
        if known is not None:
            set_committed(known, **values)
            return cast("Model", known)
        subclasses = self._subclasses
        mapper = subclasses[values[self._discriminator]] if subclasses else inspect(self._model)
        created = cast("Model", mapper.class_manager.new_instance())
        vars(created).update(values)
        make_transient_to_detached(created)
        orm.add(created)
        return created


def set_committed(row: Base, **values: Any) -> None:
    """Set values that a statement of the driver writes, so that the ORM does not."""
    for name, value in values.items():
        set_committed_value(row, name, value)


class DatabaseRole(StrEnum):
    """The roles of the server. Neither owns a table or bypasses row-level security."""

    #: Works within one account.
    APP = "sessions_app"
    #: Manages leases, token logs and sign-in of all accounts; cannot read conversations.
    KEEPER = "sessions_keeper"


@dataclass(frozen=True, slots=True)
class TenantDatabase:
    """Opens transactions with the privileges of `role`, in one account unless it is None.

    While all connections of `engine` are in use, they take one of `reserve` if it is given.
    """

    engine: AsyncEngine
    role: DatabaseRole
    account_id: UUID | None = None
    reserve: AsyncEngine | None = None

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that writes. Raises CommitOutcomeUnknown when it ends."""
        return begin_transaction(self._choose_engine(), self.role, self.account_id)

    def read_transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction for several reads; it is rolled back."""
        return begin_transaction(self._choose_engine(), self.role, self.account_id, commits=False)

    @asynccontextmanager
    async def orm_transaction(self) -> AsyncGenerator[AsyncSession]:
        """The ORM's session of a transaction that writes."""
        async with self.transaction() as transaction:
            yield transaction.orm

    @asynccontextmanager
    async def orm_read_transaction(self) -> AsyncGenerator[AsyncSession]:
        """The ORM's session of a transaction that is rolled back."""
        async with self.read_transaction() as transaction:
            yield transaction.orm

    def _choose_engine(self) -> AsyncEngine:
        if self.reserve is None or pool.has_free_connection(self.engine):
            return self.engine
        return self.reserve


class Tenancy:
    """Gives access to the rows of one account, or to those that the server itself manages.

    All code uses it, except the token log, which has an engine of its own. Sign-in uses one with
    a `reserve`: connections for transactions while requests use all others.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        read_limits: ReadLimits = DEFAULT_READ_LIMITS,
        *,
        reserve: AsyncEngine | None = None,
    ) -> None:
        self._engine = engine
        self._reserve = reserve
        self.searches = SearchSlots(read_limits)

    def for_account(self, account_id: UUID) -> TenantDatabase:
        """Transactions in one account."""
        return TenantDatabase(self._engine, DatabaseRole.APP, account_id, self._reserve)

    def reader(self, account_id: UUID) -> Reader:
        """Single reads in one account, without the ORM."""
        return Reader(self._engine, account_id, self.searches)

    @property
    def system(self) -> TenantDatabase:
        """Transactions across accounts, without access to conversations."""
        return TenantDatabase(self._engine, DatabaseRole.KEEPER, reserve=self._reserve)
