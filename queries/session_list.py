"""Lists of sessions: filtered, ordered, one page at a time; and sessions by their ids."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

from models import AISession, SessionSearch
from models.session import INTAKE_START_CHARS
from queries import full_text, pagination
from queries.pagination import Page
from queries.session_filter import FilterShape, SessionFilter, filter_parameters, filtered_select
from services.errors import InvalidCursor
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from services.sessions.store import VISIBLE_SESSIONS
from storage.reader import Reader
from storage.statements import Query, param

#: Cached statements: one for each set of columns, shape of filter, and order.
STATEMENT_CACHE_SIZE = 500

#: The id of a session under a name of its own: `id` is the column that clients may select.
SESSION_KEY = AISession.id.label("key")
#: The beginning of the intake, if the session has neither title nor summary: for others, Postgres
#: need not unpack the intake, which can hold a long log.
INTAKE_START: ColumnElement[Any] = literal_column(
    f"""CASE WHEN coalesce(nullif(ai_sessions.title, ''), ai_sessions.problem_summary, '') = ''
    THEN left(
        coalesce(
            nullif(ai_sessions.intake_content ->> 'text', ''),
            ai_sessions.intake_content ->> 'log_text'
        ),
        {INTAKE_START_CHARS}
    ) END""",
    Text(),
).label("intake_start")
#: The sort key of the row before the page, as parameters: the last two, or all for best match.
CURSOR_PARAMETERS = (
    param("weight", REAL()),
    param("moment", DateTime(timezone=True)),
    param("row_id", Uuid()),
)
#: The selected columns of a session: values by column name.
SessionValues = dict[str, Any]


class SessionOrder(StrEnum):
    """The orders of a session list."""

    UPDATED_AT_DESC = "updated_at_desc"
    CREATED_AT_DESC = "created_at_desc"
    CREATED_AT_ASC = "created_at_asc"
    BEST_MATCH = "best_match"

    @property
    def column(self) -> Any:
        if self is SessionOrder.UPDATED_AT_DESC:
            return AISession.updated_at
        return AISession.created_at

    @property
    def is_descending(self) -> bool:
        return self is not SessionOrder.CREATED_AT_ASC


async def load_session_page(
    db: Reader,
    principal: Principal,
    filter: SessionFilter,
    order: SessionOrder,
    *,
    columns: frozenset[str],
    first: int | None = None,
    after: str | None = None,
) -> Page[SessionValues]:
    """One page of sessions with the given columns.

    A session that changes between two pages moves to the front of a list by update time: it may
    appear again, but no other session is skipped.

    Raises PageTooLarge, InvalidCursor.
    """
    size = pagination.page_size(first, default=PAGE_DEFAULT)
    cursor = cursor_parameters(after, order) if after is not None else {}
    matches = await full_text.find_matches(db, filter.search)
    shape, is_rare = FilterShape.of(filter), matches is not None and matches.is_rare
    query = session_page_query(columns, order, shape, has_cursor=bool(cursor), is_rare=is_rare)
    parameters = filter_parameters(principal, filter, matches) | cursor
    found = await db.fetch_dicts(
        query, **parameters, rank_limit=full_text.RARE_LIMIT, size=size + 1
    )
    return Page.of(found, size, partial(session_cursor, order), has_previous=after is not None)


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def session_page_query(
    columns: frozenset[str],
    order: SessionOrder,
    shape: FilterShape,
    *,
    has_cursor: bool,
    is_rare: bool,
) -> Query[SessionValues]:
    """Parameters: those of the filter and of the cursor, matches, rank_limit, size."""
    is_ranked = order is SessionOrder.BEST_MATCH
    weight = search_rank(shape.search).label("weight")
    key = (*([weight] if is_ranked else []), order.column, AISession.id)
    listed = candidate_select(shape, is_ranked=is_ranked, is_rare=is_rare)
    if has_cursor:
        row_key, cursor = tuple_(*key), tuple_(*CURSOR_PARAMETERS[-len(key) :])
        listed = listed.where(row_key < cursor if order.is_descending else row_key > cursor)
    if order is SessionOrder.UPDATED_AT_DESC and shape.has_short_window:
        # An expression has no index: Postgres sorts the sessions of the window.
        key = (order.column + literal(timedelta(0)), AISession.id)
    listed = listed.order_by(*(c.desc() if order.is_descending else c.asc() for c in key))
    selected = map(session_column, sorted(columns | {order.column.key}))
    return Query(
        listed.with_only_columns(SESSION_KEY, *selected, *([weight] if is_ranked else [])).limit(
            param("size", Integer())
        ),
        is_search=shape.search is not None,
    )


def candidate_select(shape: FilterShape, *, is_ranked: bool, is_rare: bool) -> Select[AISession]:
    """The sessions that match. The matches of a rare search are given by their ids; of a frequent
    one, the newest are ranked."""
    filter = shape.with_parameters()
    if is_rare:
        return rare_matches_select(filter)
    listed = filtered_select(filter)
    return newest_matches(listed) if is_ranked and "search" in shape.value_fields else listed


def rare_matches_select(filter: SessionFilter) -> Select[AISession]:
    """Parameter: matches, the ids of the sessions that the search finds."""
    is_match = AISession.id == any_(param("matches", ARRAY(Uuid)))
    return filtered_select(replace(filter, search=None)).where(is_match)


def newest_matches(listed: Select[AISession]) -> Select[AISession]:
    newest = listed.order_by(AISession.created_at.desc(), AISession.id.desc())
    newest = newest.limit(param("rank_limit", Integer()))
    return VISIBLE_SESSIONS.where(AISession.id.in_(newest.with_only_columns(AISession.id)))


def search_rank(search: Any) -> ColumnElement[float]:
    """The weight of a match: title, then summary, then resolution; zero for other text."""
    if search is None:
        return literal(0.0, REAL)
    weight = func.ts_rank(SessionSearch.head, full_text.read_condition(search), type_=REAL)
    return func.coalesce(
        select(weight).where(SessionSearch.session_id == AISession.id).scalar_subquery(),
        literal(0.0, REAL),
    )


def session_cursor(order: SessionOrder, row: SessionValues) -> str:
    """The cursor of a row: the order and the row's sort key."""
    at = row[order.column.key]
    if order is SessionOrder.BEST_MATCH:
        return pagination.encode_cursor(order, row["weight"], at, row["key"])
    return pagination.encode_cursor(order, at, row["key"])


def cursor_parameters(cursor: str, order: SessionOrder) -> dict[str, Any]:
    """The sort key of a cursor. Raises InvalidCursor, also for a cursor of another order."""
    types: dict[str, type] = {"moment": datetime, "row_id": UUID}
    if order is SessionOrder.BEST_MATCH:
        types = {"weight": float} | types
    cursor_order, *key = pagination.decode_cursor(cursor, str, *types.values())
    if cursor_order != order:
        raise InvalidCursor
    return dict(zip(types, key, strict=True))


async def load_sessions_by_id(
    db: Reader, ids: Sequence[UUID], columns: frozenset[str]
) -> dict[UUID, SessionValues]:
    """Visible sessions with the given columns, by id."""
    query = sessions_by_id_query(columns)
    rows = await db.fetch_dicts(query, ids=ids, account_id=db.account_id)
    return {row["key"]: row for row in rows}


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def sessions_by_id_query(columns: frozenset[str]) -> Query[SessionValues]:
    """Parameters: ids, account_id."""
    found = VISIBLE_SESSIONS.where(AISession.id == any_(param("ids", ARRAY(Uuid))))
    selected = map(session_column, sorted(columns))
    return Query(found.with_only_columns(SESSION_KEY, *selected))


def session_column(name: str) -> Any:
    """What is selected under the name of a column, or of the property `intake_start`."""
    return INTAKE_START if name == "intake_start" else getattr(AISession, name)
