"""What is made of the rows that the driver finds: tuples of just the columns selected, with the
names that the model has for them, or dicts where the columns are not known beforehand.

It is generated for each statement: that is twice as fast as going through names and types for each
row.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import asyncpg
from sqlalchemy import ColumnElement, DateTime, Double, Enum, Select, func, literal_column
from sqlalchemy.types import TypeEngine

Records = Sequence[asyncpg.Record]
Made = Callable[[Records], list[Any]]


class EpochSeconds(Double[float]):
    """A moment in seconds since 1970. To the microsecond that is exact until the year 2106, and a
    time is made of it in half of what the driver needs for one."""


def with_seconds(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """With its moments selected as seconds, by the same names."""
    selected = statement.selected_columns
    if not any(is_moment(column) for column in selected):
        return statement
    return statement.with_only_columns(
        *(seconds(column) if is_moment(column) else column for column in selected)
    )


def is_moment(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, DateTime) and column.type.timezone


def seconds(moment: Any) -> ColumnElement[float]:
    return func.date_part(literal_column("'epoch'"), moment, type_=EpochSeconds()).label(moment.key)


def dicts_of(columns: Sequence[ColumnElement[Any]]) -> Made:
    """Each row's values by name."""
    values = ", ".join(
        f"{column.key!r}: {value(place, column.type)}" for place, column in enumerate(columns)
    )
    return generated(f"{{{values}}}", columns)


def tuples_of(columns: Sequence[ColumnElement[Any]], model: type[Any] | None) -> Made:
    values = [value(place, column.type) for place, column in enumerate(columns)]
    row = row_class([str(column.key) for column in columns], model)
    return generated(f"new(row, ({', '.join(values)},))", columns, new=tuple.__new__, row=row)


def generated(made: str, columns: Sequence[ColumnElement[Any]], **known: Any) -> Made:
    members = {
        f"m{place}": members_of(column.type)
        for place, column in enumerate(columns)
        if isinstance(column.type, Enum)
    }
    values = "".join(f"v{place}, " for place in range(len(columns)))
    source = f"lambda records: [{made} for {values} in records]"
    names = {"moment": datetime.fromtimestamp, "UTC": UTC} | members | known
    return cast("Made", eval(source, names))  # noqa: S307 - of the names of columns alone


def value(place: int, kind: TypeEngine[Any]) -> str:
    """From what the driver makes of a column to what the models have."""
    if isinstance(kind, Enum):
        return f"None if v{place} is None else m{place}[v{place}]"
    if isinstance(kind, EpochSeconds):
        return f"None if v{place} is None else moment(v{place}, UTC)"
    return f"v{place}"


def members_of(kind: Enum) -> dict[Any, Any]:
    members: Any = kind.enum_class
    return {member.value: member for member in members}


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
