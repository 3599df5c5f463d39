"""Reads without the ORM: one statement, in a transaction of its own that may change nothing.

A statement is worked out once, with names for the values it is given. What it finds are tuples of
just the columns it selects, with the names that the model has for them, or dicts where the columns
are not known beforehand. The rights are those of every other transaction: see `services.tenancy`.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import starmap
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BindParameter,
    Enum,
    PoolProxiedConnection,
    Select,
    TextualSelect,
    bindparam,
)
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.types import TypeEngine

Row = TypeVar("Row")

DIALECT = dialect()  # type: ignore[no-untyped-call]

BEGIN = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;"
    " SET LOCAL ROLE {}; SET LOCAL sessions.account_id = '{}'"
)
END = "ROLLBACK"


def named(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """What a statement is given by name."""
    return bindparam(name, type_=kind, required=False)


def columns(model: type[Any], *names: str) -> list[Any]:
    return [getattr(model, name) for name in names]


class Read(Generic[Row]):
    """A statement and what its rows are like: as far as it selects them, they have the attributes
    of `model`, and its properties."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | TextualSelect, model: type[Row] | None = None
    ) -> None:
        compiled = statement.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._given = [(name, compiled.params[name]) for name in compiled.positiontup or ()]
        selected = statement.selected_columns
        self.names = tuple(str(column.key) for column in selected)
        self._decoders = [
            (place, decode)
            for place, column in enumerate(selected)
            if (decode := decoder(column.type)) is not None
        ]
        self._model = model

    @cached_property
    def _made(self) -> Callable[[Any], Row]:
        return partial(tuple.__new__, row_class(self.names, self._model))

    def arguments(self, given: dict[str, Any]) -> list[Any]:
        return [given.get(name, constant) for name, constant in self._given]

    def rows(self, records: Sequence[asyncpg.Record]) -> list[Row]:
        made, decoders = self._made, self._decoders
        if not decoders:
            return [made(record) for record in records]
        return [made(decoded(record, decoders)) for record in records]

    def dicts(self, records: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
        """Each row's values by name."""
        return list(starmap(self._as_dict, records))

    @cached_property
    def _as_dict(self) -> Callable[..., dict[str, Any]]:
        """Generated: that is twice as fast as going through names and decoders for each row."""
        decoders = {f"d{place}": decode for place, decode in self._decoders}
        values = [f"v{place}" for place in range(len(self.names))]
        pairs = (
            f"{name!r}: " + (f"{value} and d{place}({value})" if f"d{place}" in decoders else value)
            for place, (name, value) in enumerate(zip(self.names, values, strict=True))
        )
        made: Any = eval(  # noqa: S307 - of the names of columns alone
            f"lambda {', '.join(values)}: {{{', '.join(pairs)}}}", decoders
        )
        return cast("Callable[..., dict[str, Any]]", made)


Decode = Callable[[Any], Any]


def decoder(kind: TypeEngine[Any]) -> Decode | None:
    """From what the driver makes of a column to what the models have; None where it is the same."""
    if isinstance(kind, Enum):
        members: Any = kind.enum_class
        return {member.value: member for member in members}.__getitem__
    return None


def decoded(record: asyncpg.Record, decoders: Sequence[tuple[int, Decode]]) -> list[Any]:
    values = list(record)
    for place, decode in decoders:
        if values[place] is not None:
            values[place] = decode(values[place])
    return values


def row_class(names: Sequence[str], model: type[Any] | None) -> type[Any]:
    if model is None:
        return namedtuple("Row", names)
    properties = {
        name: value
        for each in reversed(model.__mro__)
        for name, value in vars(each).items()
        if isinstance(value, property)
    }
    base: Any = namedtuple(model.__name__, names)  # type: ignore[misc]
    return type(model.__name__, (base,), {"__slots__": ()} | properties)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads with the rights of `role` in one account, on connections of the engine's pool."""

    engine: AsyncEngine
    role: str
    account_id: UUID

    async def rows(self, read: Read[Row], /, **given: Any) -> list[Row]:
        return read.rows(await self.records(read, given))

    async def dicts(self, read: Read[Any], /, **given: Any) -> list[dict[str, Any]]:
        return read.dicts(await self.records(read, given))

    async def first(self, read: Read[Any], /, **given: Any) -> Any:
        """The first of the first row."""
        return (await self.records(read, given))[0][0]

    async def records(self, read: Read[Any], given: dict[str, Any]) -> list[asyncpg.Record]:
        arguments = read.arguments(given)
        pooled = await connected(self.engine)
        try:
            records = await fetched(pooled.driver_connection, self, read.sql, arguments)
        except BaseException as error:
            await given_up(pooled, error)
            raise
        pooled.close()
        return records


async def connected(engine: AsyncEngine) -> PoolProxiedConnection:
    """One of the pool's, and none that was lost while nobody used it."""
    while True:
        pooled = await engine.raw_connection()
        driver: Any = pooled.driver_connection
        if not driver.is_closed():
            return pooled
        pooled.invalidate()


async def fetched(
    driver: Any, reading: Reading, sql: str, arguments: Sequence[Any]
) -> list[asyncpg.Record]:
    await driver.execute(BEGIN.format(reading.role, reading.account_id))
    records: list[asyncpg.Record] = await driver.fetch(sql, *arguments)
    await driver.execute(END)
    return records


async def given_up(pooled: PoolProxiedConnection, error: BaseException) -> None:
    """Of a connection nothing is left that the next one to use it could see; otherwise it goes."""
    if isinstance(error, asyncpg.PostgresError):
        without_row(error)
        if await ended(pooled.driver_connection):
            pooled.close()
            return
    pooled.invalidate()


async def ended(driver: Any) -> bool:
    """Whether the transaction has been; a connection that is lost cannot say so."""
    try:
        await driver.execute(END)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        return False
    return True


def without_row(error: asyncpg.PostgresError) -> None:
    """What Postgres refuses it quotes; errors are logged, and people's words not."""
    error.detail = None
    error.args = tuple(
        arg.partition("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in error.args
    )
