"""Lists in the order of a name: pages and their length."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, String, Uuid, func, tuple_

from queries import pagination
from queries.pagination import Page
from storage.reader import Reading
from storage.statements import Read, columns, named

Row = TypeVar("Row", bound=Any)

#: Where a page begins, by name.
PLACE = (named("after_name", String()), named("after_id", Uuid()))


def listing(
    listed: Select[Row], model: type[Row], by: str, *names: str, is_behind: bool
) -> Read[Row]:
    """These columns, by the one that is a name; names that are the same stand in the order of the
    ids."""
    key = columns(model, by, "id")
    if is_behind:
        listed = listed.where(tuple_(*key) > tuple_(*PLACE))
    page: Any = listed.order_by(*key).limit(named("size", Integer()))
    return Read(page.with_only_columns(*columns(model, *names)), model)


async def page(
    db: Reading, read: Read[Row], by: str, *, size: int, after: str | None, **given: Any
) -> Page[Row]:
    rows = await db.rows(read, **given, **place_of(after), size=size + 1)
    return Page(
        rows[:size],
        [pagination.encode(getattr(row, by), row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


def place_of(cursor: str | None) -> dict[str, Any]:
    """Raises CursorInvalid."""
    if cursor is None:
        return {}
    name, row_id = pagination.decode(cursor, str, UUID)
    return {"after_name": name, "after_id": row_id}


def counting(listed: Select[Any]) -> Read[Any]:
    return Read(listed.with_only_columns(func.count().label("total")))
