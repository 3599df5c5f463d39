"""The sessions of a dashboard: its first snapshot, and the current state of changed sessions."""

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, any_, inspect
from sqlalchemy.dialects.postgresql import ARRAY

from models import AISession, DeletedSession, SessionStatus
from queries import full_text
from queries.by_id import select_by_keys
from queries.session_filter import FilterShape, SessionFilter, filter_parameters, filtered_select
from queries.session_list import (
    SESSION_KEY,
    STATEMENT_CACHE_SIZE,
    SessionOrder,
    SessionValues,
    load_sessions_by_id,
    session_page_query,
)
from services.principal import Principal
from storage.reader import Reader
from storage.statements import Query, param

#: The number of sessions of each open status: active sessions never displace escalated ones.
ACTIVE_SHOWN = 50
#: The number of closed sessions.
RECENT_SHOWN = 20

#: Viewers of one dashboard select different columns: all columns that are not deferred are loaded,
#: of the intake only its beginning.
DASHBOARD_COLUMNS = frozenset(c.key for c in inspect(AISession).column_attrs if not c.deferred) - {
    "id",
    "intake_content",
} | {"intake_start"}
#: Parameters: keys (ids of sessions), account_id.
TOMBSTONES = Query(
    select_by_keys(DeletedSession, "session_id", "session_id", "session_type"),
    DeletedSession,
)


async def load_active_sessions(
    db: Reader, principal: Principal, filter: SessionFilter
) -> list[SessionValues]:
    """Sessions that are not closed, the latest change first."""
    statuses = [status for status in SessionStatus if not status.is_closed]
    return await load_latest_by_status(db, principal, filter, statuses, ACTIVE_SHOWN)


async def load_recent_sessions(
    db: Reader, principal: Principal, filter: SessionFilter
) -> list[SessionValues]:
    """The sessions that were closed last, the latest change first."""
    statuses = [status for status in SessionStatus if status.is_closed]
    found = await load_latest_by_status(db, principal, filter, statuses, RECENT_SHOWN)
    return found[:RECENT_SHOWN]


async def load_latest_by_status(
    db: Reader,
    principal: Principal,
    filter: SessionFilter,
    statuses: Collection[SessionStatus],
    limit: int,
) -> list[SessionValues]:
    """At most `limit` sessions of each status. Each statement reads the end of an index."""
    matches = await full_text.find_matches(db, filter.search)
    is_rare = matches is not None and matches.is_rare
    parameters = filter_parameters(principal, filter, matches) | {"size": limit}
    found: list[SessionValues] = []
    for status in statuses:
        if filter.status is None or status in filter.status:
            shape = FilterShape.of(replace(filter, status=(status,)))
            query = newest_sessions_query(shape, is_rare=is_rare)
            found += await db.fetch_dicts(query, **parameters)
    return sorted(found, key=itemgetter("updated_at", "key"), reverse=True)


def newest_sessions_query(shape: FilterShape, *, is_rare: bool) -> Query[SessionValues]:
    return session_page_query(
        DASHBOARD_COLUMNS, SessionOrder.UPDATED_AT_DESC, shape, has_cursor=False, is_rare=is_rare
    )


async def find_matching_ids(
    db: Reader, principal: Principal, filter: SessionFilter, ids: Collection[UUID]
) -> set[UUID]:
    """The ids of those sessions that match a filter."""
    query = matching_ids_query(FilterShape.of(filter))
    rows = await db.fetch_rows(query, ids=list(ids), **filter_parameters(principal, filter))
    return {row.key for row in rows}


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def matching_ids_query(shape: FilterShape) -> Query[Any]:
    """Parameters: those of the filter, ids."""
    listed = filtered_select(shape.with_parameters())
    found = listed.where(AISession.id == any_(param("ids", ARRAY(Uuid))))
    return Query(found.with_only_columns(SESSION_KEY))


class CurrentSessions(NamedTuple):
    """Sessions as they are now, by id."""

    values: dict[UUID, SessionValues]
    #: Of those that are deleted, only key and type.
    deleted: dict[UUID, SessionValues]


async def load_current_sessions(db: Reader, ids: Collection[UUID]) -> CurrentSessions:
    """The dashboard's columns of sessions, and what is left of those that are deleted."""
    values = await load_sessions_by_id(db, list(ids), DASHBOARD_COLUMNS)
    missing = [id for id in ids if id not in values]
    if not missing:
        return CurrentSessions(values, {})
    tombstones = await db.fetch_rows(TOMBSTONES, keys=missing, account_id=db.account_id)
    deleted = {
        each.session_id: {"key": each.session_id, "session_type": each.session_type}
        for each in tombstones
    }
    return CurrentSessions(values, deleted)
