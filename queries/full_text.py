"""Full-text search of sessions.

The full-text index finds the sessions of a rare term. A frequent term would return thousands of
sessions for one page; there the list is read in its own order and each session is checked, until
the page is full. See docs/adr/0021.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Text, cast, func, select
from sqlalchemy.dialects.postgresql import TSQUERY

import models
from storage.reader import Reader
from storage.statements import Query, param

#: A search with more matches is frequent.
RARE_LIMIT = 1_000


async def find_rare_matches(db: Reader, search: str | None) -> Sequence[UUID] | None:
    """The ids of all matches; None where there are more than RARE_LIMIT, or nothing to search."""
    if search is None:
        return None
    rows = await db.fetch_rows(MATCHES, search=search, limit=RARE_LIMIT + 1)
    return None if len(rows) > RARE_LIMIT else [row.id for row in rows]


def select_matches(search: Any, limit: Any = None) -> Select[UUID]:
    """The ids of the sessions of the account that match; all of them without a limit."""
    return select(func.sessions_with(parse_search(search), limit).label("id"))


def matches_search(search: Any) -> ColumnElement[bool]:
    """Whether one session matches. Postgres does not turn a scalar subquery into a join, so it
    checks the sessions in the order of the list."""
    index = models.SessionSearch
    matches = index.document.bool_op("@@")(parse_search(search))
    return select(matches).where(index.session_id == models.AISession.id).scalar_subquery()


def parse_search(search: Any) -> ColumnElement[str]:
    """A search text as `tsquery`. A phrase becomes a conjunction of its words, because the index
    holds no positions. The scalar subquery is evaluated once, not for each session."""
    parsed = cast(func.websearch_to_tsquery("english", search), Text)
    return select(
        cast(func.regexp_replace(parsed, r"<(-|\d+)>", "&", "g"), TSQUERY)
    ).scalar_subquery()


#: Parameters: search, limit.
MATCHES: Query[Any] = Query(
    select_matches(param("search", Text()), param("limit", Integer())), is_search=True
)
