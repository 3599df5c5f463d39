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
from queries.by_id import keyed
from queries.session_list import KEY, Filter, SessionOrder, SessionValues, Shape
from services.principal import Principal
from services.sessions import access
from storage.reader import Reader
from storage.statements import Query, param

S = models.AISession

#: Of each status, so that those which wait for somebody are never crowded out.
ACTIVE_SHOWN = 50
RECENT_SHOWN = 20

#: Viewers of one board want different columns: all that are not put off by the model.
SHOWN = frozenset(c.key for c in inspect(S).column_attrs if not c.deferred) - {"id"}


async def active(db: Reader, principal: Principal, wanted: Filter) -> list[SessionValues]:
    """Those that are not closed, the latest change first."""
    open_ones = [status for status in SessionStatus if not status.is_closed]
    return await latest(db, principal, wanted, open_ones, ACTIVE_SHOWN)


async def recent(db: Reader, principal: Principal, wanted: Filter) -> list[SessionValues]:
    """The last that were closed."""
    closed = [status for status in SessionStatus if status.is_closed]
    return (await latest(db, principal, wanted, closed, RECENT_SHOWN))[:RECENT_SHOWN]


async def latest(
    db: Reader,
    principal: Principal,
    wanted: Filter,
    statuses: Collection[SessionStatus],
    most: int,
) -> list[SessionValues]:
    """So many of each status: each is the end of an index."""
    few = await full_text.few_with(db, wanted.search)
    given = session_list.values(principal, wanted) | {"few": few, "size": most}
    found: list[SessionValues] = []
    for status in statuses:
        if wanted.status is None or status in wanted.status:
            shape = Shape.of(replace(wanted, status=(status,)))
            found += await db.fetch_dicts(newest(shape, are_few=few is not None), **given)
    return sorted(found, key=itemgetter("updated_at", "key"), reverse=True)


def newest(shape: Shape, *, are_few: bool) -> Query[SessionValues]:
    return session_list.listing(SHOWN, SessionOrder.UPDATED_AT_DESC, False, shape, are_few=are_few)


async def fitting(
    db: Reader, principal: Principal, wanted: Filter, ids: Collection[UUID]
) -> set[UUID]:
    """Which of these sessions fit a filter."""
    given = session_list.values(principal, wanted)
    rows = await db.fetch_rows(those_of(Shape.of(wanted)), keys=list(ids), **given)
    return {row.key for row in rows}


@lru_cache(maxsize=session_list.STATEMENTS)
def those_of(shape: Shape) -> Query[Any]:
    listed = session_list.matching(access.CALLER, shape.by_name())
    return Query(listed.where(S.id == any_(param("keys", ARRAY(Uuid)))).with_only_columns(KEY))


async def as_they_are(db: Reader, ids: Collection[UUID]) -> dict[UUID, SessionValues]:
    """Sessions by id; of one that was deleted, what is left of it."""
    found = await session_list.by_id(db, list(ids), SHOWN)
    if gone := [id for id in ids if id not in found]:
        traces = await db.fetch_rows(TRACES, keys=gone, account_id=db.account_id)
        found |= {trace.session_id: remains(trace) for trace in traces}
    return found


D = models.DeletedSession
TRACE = ("session_id", "user_id", "session_type", "status", "state_version", "created_at")
TRACES = Query(keyed(D, "session_id", *TRACE, "deleted_at"), D)


def remains(trace: models.DeletedSession) -> SessionValues:
    left = {
        "key": trace.session_id,
        "updated_at": trace.deleted_at,
        "step_count": 0,
        "intake_type": IntakeType.FREE_TEXT,
        "intake_content": {},
        "suggested_flow_ids": [],
    }
    return dict.fromkeys(SHOWN) | {name: getattr(trace, name) for name in TRACE[1:]} | left
