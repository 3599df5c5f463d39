"""Facts about a session, written in the transaction that makes them true."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Uuid, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

import models
from models import SessionEventKind
from services import given, paging
from services.clock import now
from services.limits import PAGE_DEFAULT
from services.paging import Page
from services.work import Work


def record(
    work: Work,
    session: models.AISession,
    kind: SessionEventKind,
    /,
    *,
    by_assistant: bool = False,
    actor_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Note what happened, in the session's trail and in its version; the caller has done it,
    unless somebody else is named."""
    work.db.add(
        models.SessionEvent(
            account_id=session.account_id,
            session_id=session.id,
            kind=kind,
            actor_id=None if by_assistant else actor_id or work.principal.user_id,
            detail=detail,
        )
    )
    touch(work, session)


def touch(work: Work, session: models.AISession) -> None:
    """Every write to a session comes through here: its version grows, and viewers look again."""
    session.state_version += 1
    session.updated_at = now()
    work.touched.add(session.id)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which events of a session: those behind `last`, at most `size`."""

    session_id: UUID
    last: int
    size: int


def stretch(session_id: UUID, *, first: int | None, after: str | None) -> Stretch:
    """One more than was asked for, to see whether there are more.

    Raises PageTooLarge, CursorInvalid.
    """
    last = paging.decode(after, int)[0] if after is not None else 0
    return Stretch(session_id, last, paging.size(first, default=PAGE_DEFAULT) + 1)


async def read(
    db: AsyncSession, account_id: UUID, stretches: Sequence[Stretch]
) -> dict[Stretch, list[models.SessionEvent]]:
    """Events of several sessions, oldest first, in one statement."""
    found: dict[Stretch, list[models.SessionEvent]] = {s: [] for s in stretches}
    wanted = given.rows(
        session_id=(Uuid, [s.session_id for s in found]),
        last=(BigInteger, [s.last for s in found]),
        size=(Integer, [s.size for s in found]),
    )
    row = models.SessionEvent
    behind = (
        select(row)
        .where(
            row.session_id == wanted.c.session_id,
            row.account_id == account_id,
            row.id > wanted.c.last,
        )
        .order_by(row.id)
        .limit(wanted.c.size)
        .lateral()
    )
    event = aliased(row, behind)
    rows = await db.execute(
        select(wanted.c.last, wanted.c.size, event).join(event, true()).order_by(event.id)
    )
    for last, size, found_event in rows:
        found[Stretch(found_event.session_id, last, size)].append(found_event)
    return found


def page(asked: Stretch, rows: Sequence[models.SessionEvent]) -> Page[models.SessionEvent]:
    size = asked.size - 1
    return Page(
        rows[:size],
        [paging.encode(row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=asked.last > 0,
    )


async def counts(
    db: AsyncSession, account_id: UUID, session_ids: Sequence[UUID]
) -> dict[UUID, int]:
    row = models.SessionEvent
    counted = (
        select(row.session_id, func.count())
        .where(row.session_id.in_(session_ids), row.account_id == account_id)
        .group_by(row.session_id)
    )
    return dict((await db.execute(counted)).all())
