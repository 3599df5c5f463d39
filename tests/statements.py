"""Which SQL an operation sends, and how Postgres would run it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from services import reading
from services.reading import Reading
from services.tenancy import ENTER

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

    def note(connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        if current.get() is not sent:
            return
        if sql == ENTER:
            connection.info["entered"] = tuple(parameters)
            return
        sent.append(Statement(sql, tuple(parameters), connection.info.get("entered")))

    def note_read(reader: Reading, sql: str, arguments: Sequence[Any]) -> None:
        if current.get() is sent:
            entered = (reader.role, str(reader.account_id))
            sent.append(Statement(sql, tuple(arguments), entered))

    token = current.set(sent)
    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        with reads_noted(engine, note_read):
            yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        current.reset(token)


@contextmanager
def reads_noted(
    engine: AsyncEngine, note: Callable[[Reading, str, Sequence[Any]], None]
) -> Iterator[None]:
    """Calls `note` for what is read without the ORM, of which SQLAlchemy hears nothing."""

    async def noted(driver: Any, reader: Reading, sql: str, arguments: Sequence[Any]) -> Any:
        if reader.engine is engine:
            note(reader, sql, arguments)
        return await fetched(driver, reader, sql, arguments)

    fetched = reading.fetched
    reading.fetched = noted
    try:
        yield
    finally:
        reading.fetched = fetched


async def plan(engine: AsyncEngine, statement: Statement) -> dict[str, Any]:
    """How it would be run, with these parameters."""
    async with engine.connect() as connection:
        if statement.entered:
            await connection.exec_driver_sql(ENTER, statement.entered)
        explained = await connection.exec_driver_sql(
            "EXPLAIN (FORMAT JSON) " + statement.sql, statement.parameters
        )
        root: dict[str, Any] = explained.scalar_one()[0]["Plan"]
        await connection.rollback()
    return root


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and everything below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)
