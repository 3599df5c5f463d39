"""The people of an account as a list, by name."""

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import UserKind
from services import by_name, paging
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
    return await by_name.page(db, listed, U.name, U.id, size=size, after=after)


async def count(db: AsyncSession, principal: Principal, *, search: str | None) -> int:
    return await by_name.count(db, matching(principal, search))
