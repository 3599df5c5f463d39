"""Which SQL an operation sends, and how Postgres would run it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import pool, reader, transactions
from storage.pool import PooledConnection
from storage.transactions import DatabaseRole

#: Whose rows a transaction may touch, as one statement.
ENTER = "SELECT set_config('role', $1, true), set_config('sessions.account_id', $2, true)"

#: Inherited by the tasks an operation starts, and by none of the process's own work.
current: ContextVar[list["Statement"] | None] = ContextVar("current", default=None)


@dataclass(frozen=True, slots=True)
class Statement:
    """`entered` is what the transaction said of whose rows it may touch."""

    sql: str
    parameters: tuple[Any, ...]
    entered: tuple[Any, ...] | None


@contextmanager
def recording(engine: AsyncEngine) -> Iterator[list[Statement]]:
    """The statements that are sent on behalf of the block, as it goes on."""
    sent: list[Statement] = []

    def note(driver: Any, sql: str, parameters: Sequence[Any]) -> None:
        if current.get() is sent:
            sent.append(Statement(sql, tuple(parameters), whose.get(driver)))

    def note_orm(connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        note(connection.connection.driver_connection, sql, parameters)

    token = current.set(sent)
    event.listen(engine.sync_engine, "before_cursor_execute", note_orm)
    try:
        with on_the_driver(engine, note) as whose:
            yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note_orm)
        current.reset(token)


@contextmanager
def on_the_driver(
    engine: AsyncEngine, note: Callable[[Any, str, Sequence[Any]], None]
) -> Iterator[WeakKeyDictionary[Any, tuple[str, str]]]:
    """Calls `note` for what is sent without SQLAlchemy, which hears nothing of it. Gives whose
    rows the transaction on a connection may touch."""
    whose: WeakKeyDictionary[Any, tuple[str, str]] = WeakKeyDictionary()
    taken: WeakSet[Any] = WeakSet()
    taking, sent = pool.acquire_connection, pool.fetch_records
    fetched, entered = reader.fetch_as_account, transactions.set_role

    async def noted_connection(of: AsyncEngine) -> PooledConnection:
        held = await taking(of)
        if of is engine:
            taken.add(held.driver)
        return held

    async def noted_read(
        held: PooledConnection, account_id: UUID, sql: str, arguments: Sequence[Any]
    ) -> Any:
        if held.driver in taken:
            whose[held.driver] = (DatabaseRole.APP, str(account_id))
            note(held.driver, sql, arguments)
        return await fetched(held, account_id, sql, arguments)

    async def noted(driver: Any, sql: str, arguments: Sequence[Any]) -> Any:
        if driver in taken:
            note(driver, sql, arguments)
        return await sent(driver, sql, arguments)

    async def noted_beginning(
        driver: Any, role: str, account_id: UUID | None, *, commits: bool
    ) -> None:
        whose[driver] = (role, str(account_id or ""))
        await entered(driver, role, account_id, commits=commits)

    pool.acquire_connection, pool.fetch_records = noted_connection, noted
    reader.acquire_connection = noted_connection
    reader.fetch_as_account, transactions.set_role = noted_read, noted_beginning
    try:
        yield whose
    finally:
        pool.acquire_connection, pool.fetch_records = taking, sent
        reader.acquire_connection = taking
        reader.fetch_as_account, transactions.set_role = fetched, entered


async def plan(engine: AsyncEngine, statement: Statement) -> dict[str, Any]:
    """How it would be run, with these parameters."""
    async with engine.connect() as connection:
        await connection.exec_driver_sql("BEGIN")
        if statement.entered:
            await connection.exec_driver_sql(ENTER, statement.entered)
        explained = await connection.exec_driver_sql(
            "EXPLAIN (FORMAT JSON) " + statement.sql, statement.parameters
        )
        root: dict[str, Any] = explained.scalar_one()[0]["Plan"]
        await connection.exec_driver_sql("ROLLBACK")
    return root


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and everything below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
