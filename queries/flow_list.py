"""The flow library as a list, ordered by title."""

from functools import cache
from typing import Any

from sqlalchemy import Select, Text, func

from models import Flow
from queries import name_ordered, pagination
from queries.pagination import Page
from services.flows.store import FLOW_COLUMNS, VISIBLE_FLOWS
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from storage.reader import Reader
from storage.statements import Query, param

SEARCH, DOMAIN = param("search", Text()), param("domain", Text())


async def load_flow_page(
    db: Reader,
    principal: Principal,
    *,
    search: str | None = None,
    domain: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Page[Flow]:
    """Raises PageTooLarge, InvalidCursor."""
    size = pagination.page_size(first, default=PAGE_DEFAULT)
    parameters = flow_parameters(principal, search, domain)
    query = flow_page_query(frozenset(parameters), after is not None)
    return await name_ordered.load_name_ordered_page(
        db, query, "title", size=size, after=after, **parameters
    )


async def count_flows(
    db: Reader, principal: Principal, *, search: str | None, domain: str | None
) -> int:
    parameters = flow_parameters(principal, search, domain)
    count: int = await db.fetch_value(flow_count_query(frozenset(parameters)), **parameters)
    return count


def flow_parameters(principal: Principal, search: str | None, domain: str | None) -> dict[str, Any]:
    """The parameters that have a value; their names decide the statement."""
    conditions = {"search": search, "domain": domain}
    given = {name: value for name, value in conditions.items() if value is not None}
    return {"account_id": principal.account_id, **given}


@cache
def flow_page_query(parameters: frozenset[str], has_cursor: bool) -> Query[Flow]:
    return name_ordered.name_ordered_query(
        matching_flows(parameters), Flow, "title", *FLOW_COLUMNS, has_cursor=has_cursor
    )


@cache
def flow_count_query(parameters: frozenset[str]) -> Query[Any]:
    return name_ordered.count_query(matching_flows(parameters))


def matching_flows(parameters: frozenset[str]) -> Select[Flow]:
    listed = VISIBLE_FLOWS
    if "domain" in parameters:
        listed = listed.where(func.lower(Flow.domain) == func.lower(DOMAIN))
    if "search" in parameters:
        words = func.websearch_to_tsquery("english", SEARCH)
        listed = listed.where(Flow.search.bool_op("@@")(words))
    return listed
