"""SQL statements for the driver, compiled once, with named parameters.

SQLAlchemy builds and compiles a statement, asyncpg runs it. SQLAlchemy's own execution takes 115 µs
of CPU for one more statement of a transaction, the driver 16 to 30 µs (ADR 23). Lists and details
are read without objects of the ORM for the same reason (ADR 20).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import (
    BindParameter,
    ClauseElement,
    Select,
    TextualSelect,
    Uuid,
    bindparam,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.types import TypeEngine

from storage.row_mapping import Records, dict_mapper, select_epoch_times, tuple_mapper

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

    A row is a named tuple of the selected columns with the properties of `model`. It is typed as
    the model, but has only the attributes that the statement selects.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | TextualSelect, model: type[Row] | None = None
    ) -> None:
        if isinstance(statement, Select):
            statement = select_epoch_times(statement)
        super().__init__(statement)
        self._selected = tuple(statement.selected_columns)
        self._model = model

    @cached_property
    def map_rows(self) -> Callable[[Records], list[Row]]:
        """Maps records to rows."""
        return tuple_mapper(self._selected, self._model)

    @cached_property
    def map_dicts(self) -> Callable[[Records], list[dict[str, Any]]]:
        """Maps records to dicts of values by column name."""
        return dict_mapper(self._selected)
