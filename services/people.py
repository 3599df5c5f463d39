"""The people of an account as a list, by name."""

from uuid import UUID

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import UserKind
from services import paging
from services.paging import Page
from services.principal import Principal

U = models.User
#: Most desks have no more, so that a list to choose from is whole.
PAGE = 50


def matching(principal: Principal, search: str | None) -> Select[models.User]:
    """Who works here now: no machines, and nobody who has left."""
    listed = select(U).where(
        U.account_id == principal.account_id,
        U.kind == UserKind.PERSON,
        U.deactivated_at.is_(None),
    )
    wanted = (search or "").strip()
    if wanted:
        listed = listed.where(
            U.name.icontains(wanted, autoescape=True) | U.email.icontains(wanted, autoescape=True)
        )
    return listed


async def page(
    db: AsyncSession,
    principal: Principal,
    *,
    search: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[models.User]:
    """Raises PageTooLarge, CursorInvalid."""
    size = paging.size(first, default=PAGE)
    listed = matching(principal, search)
    if after is not None:
        listed = listed.where(tuple_(U.name, U.id) > tuple_(*paging.decode(after, str, UUID)))
    rows = (await db.scalars(listed.order_by(U.name, U.id).limit(size + 1))).all()
    return Page(
        rows[:size],
        [paging.encode(row.name, row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


async def count(db: AsyncSession, principal: Principal, *, search: str | None) -> int:
    listed = matching(principal, search).with_only_columns(func.count())
    return await db.scalar(listed) or 0
