"""The library as a list, by title."""

from functools import cache
from typing import Any

from sqlalchemy import Select, Text, func

import models
from queries import name_ordered, pagination
from queries.by_id import FLOW_COLUMNS, visible_flows
from queries.pagination import Page
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from services.sessions import access
from storage.reader import Reader
from storage.statements import Query, model_columns, param
from storage.transactions import Transaction

F = models.Flow
SEARCH, DOMAIN = param("search", Text()), param("domain", Text())


async def load_flow_page(
    db: Reader,
    principal: Principal,
    *,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[models.Flow]:
    """Raises PageTooLarge, CursorInvalid."""
    size = pagination.page_size(first, default=PAGE_DEFAULT)
    given = flow_parameters(principal, search, domain)
    read = flow_page_query(frozenset(given), after is not None)
    return await name_ordered.load_name_ordered_page(
        db, read, "title", size=size, after=after, **given
    )


async def count_flows(
    db: Reader, principal: Principal, *, search: str | None, domain: str | None
) -> int:
    given = flow_parameters(principal, search, domain)
    total: int = await db.fetch_value(flow_count_query(frozenset(given)), **given)
    return total


async def by_slug(db: Reader | Transaction, principal: Principal, slug: str) -> models.Flow | None:
    """An account's own flow comes before a bundled one of the same name."""
    rows = await db.fetch_rows(BY_SLUG, account_id=principal.account_id, slug=slug)
    return rows[0] if rows else None


def flow_parameters(principal: Principal, search: str | None, domain: str | None) -> dict[str, Any]:
    asked = {"search": search, "domain": domain}
    given = {name: value for name, value in asked.items() if value is not None}
    return {"account_id": principal.account_id, **given}


@cache
def flow_page_query(given: frozenset[str], is_behind: bool) -> Query[models.Flow]:
    return name_ordered.name_ordered_query(
        matching_flows(given), F, "title", *FLOW_COLUMNS, is_behind=is_behind
    )


@cache
def flow_count_query(given: frozenset[str]) -> Query[Any]:
    return name_ordered.count_query(matching_flows(given))


def matching_flows(given: frozenset[str]) -> Select[models.Flow]:
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
    .with_only_columns(*model_columns(F, *FLOW_COLUMNS)),
    F,
)
