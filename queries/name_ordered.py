"""Lists ordered by a name: their pages and counts."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, String, Uuid, func, tuple_

from queries import pagination
from queries.pagination import Page
from storage.reader import Reader
from storage.statements import Query, model_columns, param

Row = TypeVar("Row", bound=Any)

#: The sort key of the row before the page.
CURSOR_PARAMETERS = (param("after_name", String()), param("after_id", Uuid()))


def name_ordered_query(
    listed: Select[Row], model: type[Row], by: str, *names: str, has_cursor: bool
) -> Query[Row]:
    """These columns ordered by the column `by`, then by id.

    Parameters: those of `listed`, size, and with a cursor after_name and after_id.
    """
    key = model_columns(model, by, "id")
    if has_cursor:
        listed = listed.where(tuple_(*key) > tuple_(*CURSOR_PARAMETERS))
    page: Any = listed.order_by(*key).limit(param("size", Integer()))
    return Query(page.with_only_columns(*model_columns(model, *names)), model)


async def load_name_ordered_page(
    db: Reader, query: Query[Row], by: str, *, size: int, after: str | None, **parameters: Any
) -> Page[Row]:
    """Raises InvalidCursor."""
    cursor = name_cursor_parameters(after)
    rows = await db.fetch_rows(query, **parameters, **cursor, size=size + 1)
    return Page(
        rows[:size],
        [pagination.encode_cursor(getattr(row, by), row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


def name_cursor_parameters(cursor: str | None) -> dict[str, Any]:
    """Raises InvalidCursor."""
    if cursor is None:
        return {}
    name, row_id = pagination.decode_cursor(cursor, str, UUID)
    return {"after_name": name, "after_id": row_id}


def count_query(listed: Select[Any]) -> Query[Any]:
    return Query(listed.with_only_columns(func.count().label("total")))
