"""Full-text search of sessions, and where in a session it has found its words.

The full-text index finds the sessions of a rare term. A frequent term would return thousands of
sessions for one page; there the list is read in its own order and each session is checked, until
the page is full. See docs/adr/0021. A search with few matches is widened: see docs/adr/0042.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

import models
from services.text_search.fragments import FragmentPart, build_fragment, build_pattern
from services.text_search.search_query import SearchQuery
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, param

#: A search with more matches is frequent.
RARE_LIMIT = 1_000
#: A search with fewer matches is widened. A longer word costs as much as it is frequent in all
#: accounts, and to a search with many matches it adds what nobody looks for.
WIDENED_BELOW = 50


@dataclass(frozen=True, slots=True)
class SearchMatches:
    """How a search is answered: by its condition, and by the ids of all matches if it is rare."""

    condition: str
    ids: Sequence[UUID] | None

    @property
    def is_rare(self) -> bool:
        return self.ids is not None


async def find_matches(db: Reader, search: SearchQuery | None) -> SearchMatches | None:
    """The matches of a search, widened if they are few; None without a search."""
    if search is None:
        return None
    found = await find_rare_ids(db, search.exact)
    if found is None or len(found) >= WIDENED_BELOW or search.widened == search.exact:
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


# Hits

#: Hits of one session, and texts that are looked at for them.
HITS_OF_A_SESSION, CANDIDATES = 3, 5
#: Characters of a candidate before its first match, and in all.
CHARS_BEFORE, CANDIDATE_CHARS = 200, 1_000
#: Bytes of all conversations of a page that are searched, in the order of the page.
CONVERSATION_BYTES = 4_000_000

# Postgres looks for candidates with a regular expression and returns the surroundings of the first
# match of each text; the server marks the words.
HITS_SQL = text(
    """
    SELECT p.id AS session_id, hit.source, hit.key, hit.excerpt
    FROM (
        SELECT s.*, sum(pg_column_size(s.conversation_messages)) OVER (ORDER BY w.place) AS bytes
        FROM unnest(:ids) WITH ORDINALITY AS w(id, place)
        JOIN ai_sessions s ON s.id = w.id AND s.account_id = :account_id
    ) p
    CROSS JOIN LATERAL (
        SELECT t.source, t.key, substr(t.value, greatest(1, at - :before), :chars) AS excerpt
        FROM (
            SELECT * FROM (VALUES
                ('title', NULL, p.title, 1),
                ('summary', NULL, p.problem_summary, 2),
                ('resolution', NULL, p.resolution_summary, 3),
                ('intake', NULL, p.intake_content ->> 'text', 4),
                ('intake', NULL, p.intake_content ->> 'log_text', 5),
                ('intake', NULL, p.intake_content ->> 'ticket_id', 6),
                ('escalation', NULL, p.escalation_reason, 7)
            ) AS heads(source, key, value, place)
            UNION ALL
            SELECT 'message', message ->> 'id', message ->> 'content', 7 + place
            FROM jsonb_array_elements(CASE WHEN p.bytes <= :most THEN p.conversation_messages
                ELSE '[]' END) WITH ORDINALITY AS messages(message, place)
            UNION ALL
            SELECT 'step', id::text,
                concat_ws(' ', content, selected_label, response_text), 7 + step_order
            FROM ai_session_steps WHERE account_id = :account_id AND session_id = p.id
        ) t CROSS JOIN LATERAL regexp_instr(t.value, :pattern, 1, 1, 0, 'i') AS at
        WHERE at > 0 ORDER BY t.place LIMIT :candidates
    ) hit
    """
).bindparams(
    ACCOUNT_ID,
    param("ids", ARRAY(Uuid)),
    param("pattern", Text()),
    *(param(name, Integer()) for name in ("before", "chars", "most", "candidates")),
)
HITS: Query[Any] = Query(
    HITS_SQL.columns(session_id=Uuid, source=Text, key=Text, excerpt=Text), is_search=True
)


class SessionSearchSource(StrEnum):
    """The kinds of text that a search looks at."""

    TITLE = "title"
    SUMMARY = "summary"
    RESOLUTION = "resolution"
    INTAKE = "intake"
    ESCALATION = "escalation"
    MESSAGE = "message"
    STEP = "step"


class SearchHit(NamedTuple):
    """A text of a session that has words of the search."""

    session_id: UUID
    source: SessionSearchSource
    #: The id of the step, or of the message within its session.
    key: str | None
    fragment: list[FragmentPart]


class HitsKey(NamedTuple):
    session_id: UUID
    search: SearchQuery


async def load_search_hits(db: Reader, keys: Sequence[HitsKey]) -> dict[HitsKey, list[SearchHit]]:
    """One statement for each search, which is one for a page."""
    found: dict[HitsKey, list[SearchHit]] = {}
    for search in dict.fromkeys(key.search for key in keys):
        pattern = build_pattern(search)
        if pattern is None:
            # It only excludes.
            continue
        rows = await db.fetch_rows(
            HITS,
            ids=[key.session_id for key in keys if key.search == search],
            account_id=db.account_id,
            pattern=pattern,
            before=CHARS_BEFORE,
            chars=CANDIDATE_CHARS,
            most=CONVERSATION_BYTES,
            candidates=CANDIDATES,
        )
        for row in rows:
            hits = found.setdefault(HitsKey(row.session_id, search), [])
            if len(hits) < HITS_OF_A_SESSION:
                add_hit(hits, row, search)
                # Marking takes up to a millisecond.
                await asyncio.sleep(0)
    return found


def add_hit(hits: list[SearchHit], row: Any, search: SearchQuery) -> None:
    """Add a candidate if it has words of the search, and shows something new: the first message of
    a chat repeats its intake."""
    fragment = build_fragment(row.excerpt, search)
    if fragment is not None and all(fragment != hit.fragment for hit in hits):
        hits.append(SearchHit(row.session_id, SessionSearchSource(row.source), row.key, fragment))
