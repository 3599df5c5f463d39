"""Statements for the driver: worked out once, with names for the values they are given.

What one finds are tuples of just the columns it selects, with the names that the model has for
them, or dicts where the columns are not known beforehand.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, Generic, TypeVar, cast

import asyncpg
import orjson
from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Enum,
    Select,
    TextualSelect,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.types import TypeEngine

Row = TypeVar("Row")

DIALECT = dialect()  # type: ignore[no-untyped-call]


def named(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """What a statement is given by name."""
    return bindparam(name, type_=kind, required=False)


#: The account whose rows a statement is about.
ACCOUNT: Any = named("account_id", Uuid())


def columns(model: type[Any], *names: str) -> list[Any]:
    return [getattr(model, name) for name in names]


class Statement:
    """SQL or its expression; `types` are those of its values that Postgres could not tell itself.

    Changes something, and gives back what it returns as the driver has it."""

    def __init__(self, statement: ClauseElement | str, **types: TypeEngine[Any]) -> None:
        if isinstance(statement, str):
            given = [bindparam(name, type_=kind) for name, kind in types.items()]
            statement = text(statement).bindparams(*given)
        compiled: Any = statement.compile(
            dialect=DIALECT, compile_kwargs={"render_postcompile": True}
        )
        self.sql = str(compiled)
        self._given = [(name, compiled.params[name]) for name in compiled.positiontup or ()]
        self._encoded = {
            name: partial(as_json, none_as_null=given.type.none_as_null)
            for name, given in compiled.binds.items()
            if isinstance(given.type, JSONB)
        }

    def arguments(self, given: dict[str, Any]) -> list[Any]:
        if self._encoded:
            given = {
                name: self._encoded[name](value) if name in self._encoded else value
                for name, value in given.items()
            }
        return [given.get(name, constant) for name, constant in self._given]


def as_json(value: Any, *, none_as_null: bool = False) -> str | None:
    return None if value is None and none_as_null else orjson.dumps(value).decode()


class Read(Statement, Generic[Row]):
    """A statement and what its rows are like: as far as it selects them, they have the attributes
    of `model`, and its properties."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | TextualSelect, model: type[Row] | None = None
    ) -> None:
        super().__init__(statement)
        selected = statement.selected_columns
        self.names = tuple(str(column.key) for column in selected)
        self._members = [
            (place, members)
            for place, column in enumerate(selected)
            if (members := members_of(column.type)) is not None
        ]
        self._model = model

    @cached_property
    def _made(self) -> Callable[[Any], Row]:
        return partial(tuple.__new__, row_class(self.names, self._model))

    def rows(self, records: Sequence[asyncpg.Record]) -> list[Row]:
        made, enums = self._made, self._members
        if not enums:
            return [made(record) for record in records]
        return [made(decoded(record, enums)) for record in records]

    def dicts(self, records: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
        """Each row's values by name."""
        return self._as_dicts(records)

    @cached_property
    def _as_dicts(self) -> Callable[[Sequence[asyncpg.Record]], list[dict[str, Any]]]:
        """Generated: that is twice as fast as going through names and enums for each row."""
        members = {f"d{place}": each for place, each in self._members}
        pairs = (
            f"{name!r}: None if v{place} is None else d{place}[v{place}]"
            if f"d{place}" in members
            else f"{name!r}: v{place}"
            for place, name in enumerate(self.names)
        )
        values = "".join(f"v{place}, " for place in range(len(self.names)))
        made: Any = eval(  # noqa: S307 - of the names of columns alone
            f"lambda records: [{{{', '.join(pairs)}}} for {values} in records]", members
        )
        return cast("Callable[[Sequence[asyncpg.Record]], list[dict[str, Any]]]", made)


Members = dict[Any, Any]


def members_of(kind: TypeEngine[Any]) -> Members | None:
    """From what the driver makes of a column to what the models have; None where it is the same."""
    if isinstance(kind, Enum):
        members: Any = kind.enum_class
        return {member.value: member for member in members}
    return None


def decoded(record: asyncpg.Record, enums: Sequence[tuple[int, Members]]) -> list[Any]:
    values = list(record)
    for place, members in enums:
        if values[place] is not None:
            values[place] = members[values[place]]
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
