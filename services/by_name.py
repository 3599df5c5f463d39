"""Lists in the order of a name: pages and their length."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services import paging
from services.paging import Page

Row = TypeVar("Row", bound=Any)


async def page(
    db: AsyncSession,
    listed: Select[Row],
    name: InstrumentedAttribute[str],
    row_id: InstrumentedAttribute[UUID],
    *,
    size: int,
    after: str | None,
) -> Page[Row]:
    """Names that are the same stand in the order of the ids. Raises CursorInvalid."""
    if after is not None:
        listed = listed.where(tuple_(name, row_id) > tuple_(*paging.decode(after, str, UUID)))
    rows = (await db.scalars(listed.order_by(name, row_id).limit(size + 1))).all()
    return Page(
        rows[:size],
        [paging.encode(getattr(row, name.key), row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


async def count(db: AsyncSession, listed: Select[Row]) -> int:
    return await db.scalar(listed.with_only_columns(func.count())) or 0
