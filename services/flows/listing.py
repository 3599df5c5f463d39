"""The library as a list, by title."""

from uuid import UUID

from sqlalchemy import Select, func, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

import models
from services import paging
from services.limits import PAGE_DEFAULT
from services.lookups import visible_flows
from services.paging import Page
from services.principal import Principal

F = models.Flow


def matching(principal: Principal, search: str | None, domain: str | None) -> Select[models.Flow]:
    listed = visible_flows(principal)
    if domain is not None:
        listed = listed.where(func.lower(F.domain) == domain.lower())
    if search is not None:
        listed = listed.where(F.search.bool_op("@@")(func.websearch_to_tsquery("english", search)))
    return listed


async def page(
    db: AsyncSession,
    principal: Principal,
    *,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[models.Flow]:
    """Raises PageTooLarge, CursorInvalid."""
    size = paging.size(first, default=PAGE_DEFAULT)
    listed = matching(principal, search, domain)
    if after is not None:
        listed = listed.where(tuple_(F.title, F.id) > tuple_(*paging.decode(after, str, UUID)))
    rows = (await db.scalars(listed.order_by(F.title, F.id).limit(size + 1))).all()
    return Page(
        rows[:size],
        [paging.encode(row.title, row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


async def count(
    db: AsyncSession, principal: Principal, *, search: str | None, domain: str | None
) -> int:
    listed = matching(principal, search, domain).with_only_columns(func.count())
    return await db.scalar(listed) or 0


async def by_slug(db: AsyncSession, principal: Principal, slug: str) -> models.Flow | None:
    """An account's own flow comes before a bundled one of the same name."""
    flow: models.Flow | None = await db.scalar(
        visible_flows(principal).where(F.slug == slug).order_by(F.account_id.is_(None)).limit(1)
    )
    return flow
