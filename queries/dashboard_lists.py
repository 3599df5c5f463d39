"""The sessions a dashboard begins with, and those of a few that it still wants."""

from collections.abc import Collection
from dataclasses import replace
from functools import lru_cache
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, inspect
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import IntakeType, SessionStatus
from queries import full_text, session_list
from queries.by_id import select_by_keys
from queries.session_list import (
    SESSION_KEY,
    FilterShape,
    SessionFilter,
    SessionOrder,
    SessionValues,
)
from services.principal import Principal
from services.sessions.store import CALLER
from storage.reader import Reader
from storage.statements import Query, param

S = models.AISession

#: Of each status, so that those which wait for somebody are never crowded out.
ACTIVE_SHOWN = 50
RECENT_SHOWN = 20

#: Viewers of one board want different columns: all that are not put off by the model.
DASHBOARD_COLUMNS = frozenset(c.key for c in inspect(S).column_attrs if not c.deferred) - {"id"}


async def load_active_sessions(
    db: Reader, principal: Principal, wanted: SessionFilter
) -> list[SessionValues]:
    """Those that are not closed, the latest change first."""
    open_ones = [status for status in SessionStatus if not status.is_closed]
    return await load_latest_by_status(db, principal, wanted, open_ones, ACTIVE_SHOWN)


async def load_recent_sessions(
    db: Reader, principal: Principal, wanted: SessionFilter
) -> list[SessionValues]:
    """The last that were closed."""
    closed = [status for status in SessionStatus if status.is_closed]
    return (await load_latest_by_status(db, principal, wanted, closed, RECENT_SHOWN))[:RECENT_SHOWN]


async def load_latest_by_status(
    db: Reader,
    principal: Principal,
    wanted: SessionFilter,
    statuses: Collection[SessionStatus],
    most: int,
) -> list[SessionValues]:
    """So many of each status: each is the end of an index."""
    few = await full_text.find_rare_matches(db, wanted.search)
    given = session_list.filter_parameters(principal, wanted) | {"few": few, "size": most}
    found: list[SessionValues] = []
    for status in statuses:
        if wanted.status is None or status in wanted.status:
            shape = FilterShape.of(replace(wanted, status=(status,)))
            found += await db.fetch_dicts(
                newest_sessions_query(shape, are_few=few is not None), **given
            )
    return sorted(found, key=itemgetter("updated_at", "key"), reverse=True)


def newest_sessions_query(shape: FilterShape, *, are_few: bool) -> Query[SessionValues]:
    return session_list.session_page_query(
        DASHBOARD_COLUMNS, SessionOrder.UPDATED_AT_DESC, False, shape, are_few=are_few
    )


async def find_matching_ids(
    db: Reader, principal: Principal, wanted: SessionFilter, ids: Collection[UUID]
) -> set[UUID]:
    """Which of these sessions fit a filter."""
    given = session_list.filter_parameters(principal, wanted)
    rows = await db.fetch_rows(matching_ids_query(FilterShape.of(wanted)), keys=list(ids), **given)
    return {row.key for row in rows}


@lru_cache(maxsize=session_list.STATEMENT_CACHE_SIZE)
def matching_ids_query(shape: FilterShape) -> Query[Any]:
    listed = session_list.filtered_select(CALLER, shape.with_parameters())
    return Query(
        listed.where(S.id == any_(param("keys", ARRAY(Uuid)))).with_only_columns(SESSION_KEY)
    )


async def load_current_values(db: Reader, ids: Collection[UUID]) -> dict[UUID, SessionValues]:
    """Sessions by id; of one that was deleted, what is left of it."""
    found = await session_list.load_sessions_by_id(db, list(ids), DASHBOARD_COLUMNS)
    if gone := [id for id in ids if id not in found]:
        traces = await db.fetch_rows(TOMBSTONES, keys=gone, account_id=db.account_id)
        found |= {trace.session_id: tombstone_values(trace) for trace in traces}
    return found


D = models.DeletedSession
TOMBSTONE_COLUMNS = (
    "session_id",
    "user_id",
    "session_type",
    "status",
    "state_version",
    "created_at",
)
TOMBSTONES = Query(select_by_keys(D, "session_id", *TOMBSTONE_COLUMNS, "deleted_at"), D)


def tombstone_values(trace: models.DeletedSession) -> SessionValues:
    left = {
        "key": trace.session_id,
        "updated_at": trace.deleted_at,
        "step_count": 0,
        "intake_type": IntakeType.FREE_TEXT,
        "intake_content": {},
        "suggested_flow_ids": [],
    }
    return (
        dict.fromkeys(DASHBOARD_COLUMNS)
        | {name: getattr(trace, name) for name in TOMBSTONE_COLUMNS[1:]}
        | left
    )
