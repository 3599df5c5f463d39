"""The flow library as a list, ordered by title."""

from typing import Any

from sqlalchemy import Select, Text, cast, func
from sqlalchemy.dialects.postgresql import TSQUERY

from models import Flow
from queries import pagination
from queries.name_ordered import NameOrderedList
from queries.pagination import Page
from services.flows.store import FLOW_COLUMNS, VISIBLE_FLOWS
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from services.text_search.search_query import parse_search
from storage.reader import Reader
from storage.statements import param

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
    return await FLOWS_BY_TITLE.load_page(db, parameters, size=size, after=after)


async def count_flows(
    db: Reader, principal: Principal, *, search: str | None, domain: str | None
) -> int:
    return await FLOWS_BY_TITLE.count_rows(db, flow_parameters(principal, search, domain))


def flow_parameters(principal: Principal, search: str | None, domain: str | None) -> dict[str, Any]:
    """The parameters that have a value; their names decide the statement."""
    query = parse_search(search)
    conditions = {"search": query and query.widened, "domain": domain}
    given = {name: value for name, value in conditions.items() if value is not None}
    return {"account_id": principal.account_id, **given}


def matching_flows(parameters: frozenset[str]) -> Select[Flow]:
    listed = VISIBLE_FLOWS
    if "domain" in parameters:
        listed = listed.where(func.lower(Flow.domain) == func.lower(DOMAIN))
    if "search" in parameters:
        # A flow that an account has made itself has no words of the server's analysis.
        words = func.coalesce(Flow.search_words, Flow.search)
        listed = listed.where(words.bool_op("@@")(cast(SEARCH, TSQUERY)))
    return listed


FLOWS_BY_TITLE = NameOrderedList(Flow, "title", FLOW_COLUMNS, matching_flows)
