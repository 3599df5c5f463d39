"""Rows that a statement is given rather than finds: many keys of several columns in one array a
column, so that the statement is the same however many there are."""

from typing import Any

from sqlalchemy import TableValuedAlias, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from storage.statements import param


def unnest_parameters(**columns: type[TypeEngine[Any]]) -> TableValuedAlias:
    """A table to select from; each of its columns is given by its name, as a list."""
    arrays = [param(name, ARRAY(kind)) for name, kind in columns.items()]
    names = [column(name, kind) for name, kind in columns.items()]
    return func.unnest(*arrays).table_valued(*names).render_derived()
