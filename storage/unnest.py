"""Passes rows to a statement as parameters: one array for each column, joined by UNNEST.

The SQL text is the same for any number of rows, so that the statement is prepared once.
"""

from typing import Any

from sqlalchemy import TableValuedAlias, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from storage.statements import param


def unnest_parameters(**columns: type[TypeEngine[Any]]) -> TableValuedAlias:
    """A table to select from. The values of each column are a list parameter of its name."""
    arrays = [param(name, ARRAY(type)) for name, type in columns.items()]
    names = [column(name, type) for name, type in columns.items()]
    return func.unnest(*arrays).table_valued(*names).render_derived()
