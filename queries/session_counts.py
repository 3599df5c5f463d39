"""Counts the sessions that match a filter."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select

from models import AISession, SessionCount, SessionStatus
from queries import full_text
from queries.session_filter import FilterShape, SessionFilter, filter_parameters, filtered_select
from queries.session_list import STATEMENT_CACHE_SIZE, rare_matches_select
from services.principal import Principal
from services.text_search.search_query import parse_search
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query


async def count_sessions(db: Reader, principal: Principal, filter: SessionFilter) -> int:
    """The number of visible sessions that match."""
    if filter.escalated_to_me is False:
        # The index has those escalated to the caller, not all others.
        total = await count_sessions(db, principal, replace(filter, escalated_to_me=None))
        to_me = await count_sessions(db, principal, replace(filter, escalated_to_me=True))
        # A session may be escalated between the two statements.
        return max(0, total - to_me)
    matches = await full_text.find_matches(db, filter.search)
    shape = FilterShape.of(filter)
    if shape == SEARCH_ONLY and matches is not None and matches.ids is not None:
        return len(matches.ids)
    query = session_count_query(shape, is_rare=matches is not None and matches.is_rare)
    count: int = await db.fetch_value(query, **filter_parameters(principal, filter, matches))
    return count


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def session_count_query(shape: FilterShape, *, is_rare: bool = False) -> Query[Any]:
    """Parameters: those of the filter. Triggers maintain counts by type and status; other filters
    count rows."""
    total = func.count().label("total")
    if not shape.value_fields and shape.escalated_to_me is None:
        return Query(count_from_tallies(shape))
    if is_rare:
        found = rare_matches_select(shape.with_parameters())
        return Query(found.with_only_columns(total), is_search=True)
    listed = filtered_select(replace(shape.with_parameters(), search=None))
    if shape.search is not None:
        matches = full_text.select_matches(shape.search)
        if shape == SEARCH_ONLY:
            return Query(select(total).select_from(matches.subquery()), is_search=True)
        listed = listed.where(AISession.id.in_(matches))
    return Query(listed.with_only_columns(total), is_search=shape.search is not None)


SEARCH_ONLY = FilterShape.of(SessionFilter(search=parse_search("words")))


def count_from_tallies(shape: FilterShape) -> Select[Any]:
    """The sum of the counts of the filter's types and statuses."""
    total = cast(func.coalesce(func.sum(SessionCount.sessions), 0), BigInteger).label("total")
    counted = select(total).where(SessionCount.account_id == ACCOUNT_ID)
    if shape.session_type is not None:
        counted = counted.where(SessionCount.session_type == shape.session_type)
    if shape.statuses is not None:
        counted = counted.where(SessionCount.status.in_(sorted(shape.statuses)))
    if shape.unclaimed is not None:
        is_unclaimed = SessionCount.status == SessionStatus.ESCALATED
        counted = counted.where(is_unclaimed if shape.unclaimed else ~is_unclaimed)
    return counted
