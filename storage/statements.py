"""SQL statements for the driver: compiled once, with named parameters, their rows mapped.

SQLAlchemy builds and compiles a statement, asyncpg runs it. SQLAlchemy's own execution takes 115 µs
of CPU for one more statement of a transaction, the driver 16 to 30 µs (ADR 23). Lists and details
are read without objects of the ORM for the same reason (ADR 20).

Rows are named tuples of the selected columns, or dicts. Times are selected as seconds since 1970,
because asyncpg needs twice as long to decode a time as Python needs to convert a float: some 30 of
470 µs of a page with 50 sessions (ADR 20). The code that maps the records of a statement is
generated for it: for 51 rows with 13 columns that takes 40 µs instead of 68, which is 6 % of the
CPU of a page of sessions.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, Generic, TypeVar, cast

import asyncpg
import orjson
from sqlalchemy import (
    BindParameter,
    ClauseElement,
    ColumnElement,
    DateTime,
    Double,
    Enum,
    Select,
    TextualSelect,
    Uuid,
    bindparam,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.types import TypeEngine

Row = TypeVar("Row")

DIALECT = dialect()  # type: ignore[no-untyped-call]


def param(name: str, type: TypeEngine[Any]) -> BindParameter[Any]:
    """A named parameter of a statement."""
    return bindparam(name, type_=type, required=False)


#: The account whose rows a statement concerns, as a parameter.
ACCOUNT_ID: Any = param("account_id", Uuid())


def model_columns(model: type[Any], *names: str) -> list[Any]:
    return [getattr(model, name) for name in names]


class Statement:
    """A compiled statement that writes, or whose records are used as the driver returns them.

    `types` are the types of those parameters of an SQL text that Postgres cannot infer.
    """

    def __init__(self, statement: ClauseElement | str, **types: TypeEngine[Any]) -> None:
        if isinstance(statement, str):
            parameters = [bindparam(name, type_=type) for name, type in types.items()]
            statement = text(statement).bindparams(*parameters)
        compiled: Any = statement.compile(
            dialect=DIALECT, compile_kwargs={"render_postcompile": True}
        )
        #: The SQL text; its parameters are `$1`, `$2`, ...
        self.sql = str(compiled)
        self._parameters = [(name, compiled.params[name]) for name in compiled.positiontup or ()]
        self._encoders = {
            name: partial(dump_json, none_as_null=parameter.type.none_as_null)
            for name, parameter in compiled.binds.items()
            if isinstance(parameter.type, JSONB)
        }

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The driver's arguments, from values by parameter name. Other values are ignored; a
        missing one is a constant of the statement, or NULL."""
        if self._encoders:
            encoded = {n: encode(values[n]) for n, encode in self._encoders.items() if n in values}
            values = {**values, **encoded}
        return [values.get(name, constant) for name, constant in self._parameters]


def dump_json(value: Any, *, none_as_null: bool = False) -> str | None:
    return None if value is None and none_as_null else orjson.dumps(value).decode()


class Query(Statement, Generic[Row]):
    """A compiled statement that reads, with the mapping of its records.

    A search (`is_search`) takes as long as its client's text makes it take: see
    `storage.read_limits`.

    A row is a named tuple of the selected columns with the properties of `model`. It is typed as
    the model, but has only the attributes that the statement selects.
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | TextualSelect,
        model: type[Row] | None = None,
        *,
        is_search: bool = False,
    ) -> None:
        if isinstance(statement, Select):
            statement = select_epoch_times(statement)
        super().__init__(statement)
        self._selected = tuple(statement.selected_columns)
        self._names = [str(column.key) for column in self._selected]
        self._model = model
        self.is_search = is_search

    @cached_property
    def map_rows(self) -> RowMapper:
        """Maps records to rows: named tuples with the properties of the model if there is one."""
        row_class = create_row_class(self._names, self._model)
        values = ", ".join(value_expressions(self._selected))
        return compile_mapper(
            f"new(row_class, ({values},))", self._selected, new=tuple.__new__, row_class=row_class
        )

    @cached_property
    def map_dicts(self) -> RowMapper:
        """Maps records to dicts of values by column name."""
        pairs = zip(self._names, value_expressions(self._selected), strict=True)
        return compile_mapper(
            "{" + ", ".join(f"{name!r}: {value}" for name, value in pairs) + "}", self._selected
        )


Columns = Sequence[ColumnElement[Any]]
Records = Sequence[asyncpg.Record]
RowMapper = Callable[[Records], list[Any]]


class EpochSeconds(Double[float]):
    """A time as seconds since 1970, exact to the microsecond until the year 2106."""


def select_epoch_times(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement with its times selected as seconds, under the same names."""
    selected = statement.selected_columns
    if not any(is_time(column) for column in selected):
        return statement
    return statement.with_only_columns(
        *(epoch_seconds(column) if is_time(column) else column for column in selected)
    )


def is_time(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, DateTime) and column.type.timezone


def epoch_seconds(time: Any) -> ColumnElement[float]:
    return func.date_part(literal_column("'epoch'"), time, type_=EpochSeconds()).label(time.key)


def value_expressions(columns: Columns) -> list[str]:
    """Python source for each column of a record: from the driver's value to the model's."""
    return [value_expression(place, column.type) for place, column in enumerate(columns)]


def value_expression(place: int, type: TypeEngine[Any]) -> str:
    if isinstance(type, Enum):
        return f"None if v{place} is None else members{place}[v{place}]"
    if isinstance(type, EpochSeconds):
        return f"None if v{place} is None else from_timestamp(v{place}, UTC)"
    return f"v{place}"


def compile_mapper(row: str, columns: Columns, **names: Any) -> RowMapper:
    """Compile `row`, the source of one row in terms of `value_expressions`, for whole results."""
    members = {
        f"members{place}": members_by_value(column.type)
        for place, column in enumerate(columns)
        if isinstance(column.type, Enum)
    }
    values = "".join(f"v{place}, " for place in range(len(columns)))
    source = f"lambda records: [{row} for {values} in records]"
    known = {"from_timestamp": datetime.fromtimestamp, "UTC": UTC} | members | names
    return cast("RowMapper", eval(source, known))  # noqa: S307 - column names are the only input


def members_by_value(type: Enum) -> dict[Any, Any]:
    members: Any = type.enum_class
    return {member.value: member for member in members}


def create_row_class(names: Sequence[str], model: type[Any] | None) -> type[Any]:
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
