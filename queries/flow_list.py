"""The library as a list, by title."""

from functools import cache
from typing import Any

from sqlalchemy import Select, Text, func

import models
from queries import name_ordered, pagination
from queries.by_id import FLOW, visible_flows
from queries.pagination import Page
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from services.sessions import access
from storage.reader import Reader
from storage.statements import Query, model_columns, param
from storage.transactions import Transaction

F = models.Flow
SEARCH, DOMAIN = param("search", Text()), param("domain", Text())


async def page(
    db: Reader,
    principal: Principal,
    *,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[models.Flow]:
    """Raises PageTooLarge, CursorInvalid."""
    size = pagination.size(first, default=PAGE_DEFAULT)
    given = values(principal, search, domain)
    read = listing(frozenset(given), after is not None)
    return await name_ordered.page(db, read, "title", size=size, after=after, **given)


async def count(db: Reader, principal: Principal, *, search: str | None, domain: str | None) -> int:
    given = values(principal, search, domain)
    total: int = await db.fetch_value(counting(frozenset(given)), **given)
    return total


async def by_slug(db: Reader | Transaction, principal: Principal, slug: str) -> models.Flow | None:
    """An account's own flow comes before a bundled one of the same name."""
    rows = await db.fetch_rows(BY_SLUG, account_id=principal.account_id, slug=slug)
    return rows[0] if rows else None


def values(principal: Principal, search: str | None, domain: str | None) -> dict[str, Any]:
    asked = {"search": search, "domain": domain}
    given = {name: value for name, value in asked.items() if value is not None}
    return {"account_id": principal.account_id, **given}


@cache
def listing(given: frozenset[str], is_behind: bool) -> Query[models.Flow]:
    return name_ordered.listing(matching(given), F, "title", *FLOW, is_behind=is_behind)


@cache
def counting(given: frozenset[str]) -> Query[Any]:
    return name_ordered.counting(matching(given))


def matching(given: frozenset[str]) -> Select[models.Flow]:
    listed = visible_flows(access.CALLER)
    if "domain" in given:
        listed = listed.where(func.lower(F.domain) == func.lower(DOMAIN))
    if "search" in given:
        listed = listed.where(F.search.bool_op("@@")(func.websearch_to_tsquery("english", SEARCH)))
    return listed


BY_SLUG = Query(
    visible_flows(access.CALLER)
    .where(F.slug == param("slug", Text()))
    .order_by(F.account_id.is_(None))
    .limit(1)
    .with_only_columns(*model_columns(F, *FLOW)),
    F,
)
