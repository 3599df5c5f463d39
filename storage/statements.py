"""Statements for the driver: worked out once, with names for the values they are given."""

from __future__ import annotations

from collections.abc import Callable
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

from storage.row_mapping import Records, dicts_of, tuples_of, with_seconds

Row = TypeVar("Row")

DIALECT = dialect()  # type: ignore[no-untyped-call]


def param(name: str, kind: TypeEngine[Any]) -> BindParameter[Any]:
    """What a statement is given by name."""
    return bindparam(name, type_=kind, required=False)


#: The account whose rows a statement is about.
ACCOUNT_ID: Any = param("account_id", Uuid())


def model_columns(model: type[Any], *names: str) -> list[Any]:
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
            name: partial(dump_json, none_as_null=given.type.none_as_null)
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


def dump_json(value: Any, *, none_as_null: bool = False) -> str | None:
    return None if value is None and none_as_null else orjson.dumps(value).decode()


class Query(Statement, Generic[Row]):
    """A statement and what its rows are like: as far as it selects them, they have the attributes
    of `model`, and its properties."""

    def __init__(
        self, statement: Select[*tuple[Any, ...]] | TextualSelect, model: type[Row] | None = None
    ) -> None:
        sent = with_seconds(statement) if isinstance(statement, Select) else statement
        super().__init__(sent)
        self._selected = tuple(sent.selected_columns)
        self._model = model

    @cached_property
    def map_rows(self) -> Callable[[Records], list[Row]]:
        return tuples_of(self._selected, self._model)

    @cached_property
    def map_dicts(self) -> Callable[[Records], list[dict[str, Any]]]:
        """Each row's values by name."""
        return dicts_of(self._selected)
