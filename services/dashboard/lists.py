"""The sessions a dashboard begins with, and those of a few that it still wants."""

from collections.abc import Collection
from operator import attrgetter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import IntakeType, SessionStatus, SessionType
from services import history
from services.history import Filter
from services.principal import Principal

S = models.AISession

#: Of each status, so that those which wait for somebody are never crowded out.
ACTIVE_SHOWN = 50
RECENT_SHOWN = 20


async def active(db: AsyncSession, principal: Principal, wanted: Filter) -> list[models.AISession]:
    """Those that are not closed, the latest change first."""
    open_ones = [status for status in SessionStatus if not status.is_closed]
    return await latest(db, principal, wanted, open_ones, ACTIVE_SHOWN)


async def recent(db: AsyncSession, principal: Principal, wanted: Filter) -> list[models.AISession]:
    """The last that were closed."""
    closed = [status for status in SessionStatus if status.is_closed]
    return (await latest(db, principal, wanted, closed, RECENT_SHOWN))[:RECENT_SHOWN]


async def latest(
    db: AsyncSession,
    principal: Principal,
    wanted: Filter,
    statuses: Collection[SessionStatus],
    most: int,
) -> list[models.AISession]:
    """So many of each status: each is the end of an index."""
    found: list[models.AISession] = []
    listed = await history.narrowed(db, principal, wanted)
    for status in statuses:
        if wanted.status is not None and status not in wanted.status:
            continue
        of_one = listed.where(S.status == history.known(status))
        found += await db.scalars(of_one.order_by(S.updated_at.desc(), S.id.desc()).limit(most))
    return sorted(found, key=attrgetter("updated_at", "id"), reverse=True)


async def fitting(
    db: AsyncSession, principal: Principal, wanted: Filter, ids: Collection[UUID]
) -> set[UUID]:
    """Which of these sessions fit a filter."""
    asked = history.matching(principal, wanted).where(S.id.in_(ids))
    return set(await db.scalars(asked.with_only_columns(S.id)))


async def as_they_are(
    db: AsyncSession, principal: Principal, ids: Collection[UUID]
) -> dict[UUID, models.AISession]:
    """Sessions by id; of one that was deleted, what is left of it."""
    rows = await db.scalars(history.matching(principal, Filter()).where(S.id.in_(ids)))
    found = {row.id: row for row in rows}
    if gone := set(ids) - found.keys():
        left = models.DeletedSession
        of_account = left.account_id == principal.account_id
        traces = await db.scalars(select(left).where(left.session_id.in_(gone), of_account))
        found |= {trace.session_id: remains(trace) for trace in traces}
    return found


def remains(row: models.DeletedSession) -> models.AISession:
    kind = models.ChatSession if row.session_type is SessionType.CHAT else models.GuidedSession
    return kind(
        id=row.session_id,
        account_id=row.account_id,
        user_id=row.user_id,
        session_type=row.session_type,
        status=row.status,
        state_version=row.state_version,
        created_at=row.created_at,
        updated_at=row.deleted_at,
        step_count=0,
        intake_type=IntakeType.FREE_TEXT,
        intake_content={},
        suggested_flow_ids=[],
    )
