"""Full-text search of sessions.

The full-text index finds the sessions of a rare term. A frequent term would return thousands of
sessions for one page; there the list is read in its own order and each session is checked, until
the page is full. See docs/adr/0021. A search with few matches is widened: see docs/adr/0042.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

import models
from services.text_search.search_query import SearchQuery
from storage.reader import Reader
from storage.statements import Query, param

#: A search with more matches is frequent.
RARE_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class SearchMatches:
    """How a search is answered: by its condition, and by the ids of all matches if it is rare."""

    condition: str
    ids: Sequence[UUID] | None

    @property
    def is_rare(self) -> bool:
        return self.ids is not None


async def find_matches(db: Reader, search: SearchQuery | None) -> SearchMatches | None:
    """The matches of a search, widened unless it is frequent; None without a search."""
    if search is None:
        return None
    found = await find_rare_ids(db, search.exact)
    if found is None:
        return SearchMatches(search.exact, None)
    if search.widened == search.exact:
        return SearchMatches(search.exact, found)
    return SearchMatches(search.widened, await find_rare_ids(db, search.widened))


async def settle_search(db: Reader, search: SearchQuery | None) -> SearchQuery | None:
    """The search with one condition, the one that lists use now. For lists that stay open."""
    matches = await find_matches(db, search)
    if search is None or matches is None:
        return None
    return replace(search, exact=matches.condition, widened=matches.condition)


async def find_rare_ids(db: Reader, condition: str) -> Sequence[UUID] | None:
    """The ids of all matches; None where there are more than RARE_LIMIT."""
    rows = await db.fetch_rows(MATCHES, search=condition, limit=RARE_LIMIT + 1)
    return None if len(rows) > RARE_LIMIT else [row.id for row in rows]


def select_matches(condition: Any, limit: Any = None) -> Select[UUID]:
    """The ids of the sessions of the account that match; all of them without a limit."""
    return select(func.sessions_with(read_condition(condition), limit).label("id"))


def matches_condition(condition: Any) -> ColumnElement[bool]:
    """Whether one session matches. Postgres does not turn a scalar subquery into a join, so it
    checks the sessions in the order of the list."""
    index = models.SessionSearch
    matches = index.document.bool_op("@@")(read_condition(condition))
    return select(matches).where(index.session_id == models.AISession.id).scalar_subquery()


def read_condition(condition: Any) -> ColumnElement[str]:
    """A condition as `tsquery`. The scalar subquery is evaluated once, not for each session."""
    return select(cast(condition, TSQUERY)).scalar_subquery()


#: Parameters: search, limit.
MATCHES: Query[Any] = Query(
    select_matches(param("search", Text()), param("limit", Integer())), is_search=True
)
