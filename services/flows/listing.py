"""The library as a list, by title."""

from sqlalchemy import Select, func
from sqlalchemy.ext.asyncio import AsyncSession

import models
from services import by_name, paging
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
    return await by_name.page(db, listed, F.title, F.id, size=size, after=after)


async def count(
    db: AsyncSession, principal: Principal, *, search: str | None, domain: str | None
) -> int:
    return await by_name.count(db, matching(principal, search, domain))


async def by_slug(db: AsyncSession, principal: Principal, slug: str) -> models.Flow | None:
    """An account's own flow comes before a bundled one of the same name."""
    flow: models.Flow | None = await db.scalar(
        visible_flows(principal).where(F.slug == slug).order_by(F.account_id.is_(None)).limit(1)
    )
    return flow
