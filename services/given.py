"""Rows that a statement is given rather than finds: many keys of several columns in one array a
column, so that the statement is the same however many there are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import TableValuedAlias, column, func, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine


def rows(**columns: tuple[type[TypeEngine[Any]], Sequence[Any]]) -> TableValuedAlias:
    """A table to select from; for each of its columns, the type and the values."""
    arrays = [literal(values, ARRAY(kind)) for kind, values in columns.values()]
    names = [column(name, kind) for name, (kind, _) in columns.items()]
    return func.unnest(*arrays).table_valued(*names).render_derived()
