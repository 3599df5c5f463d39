"""Facts about a session, written in the transaction that makes them true."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import SessionEventKind
from services import paging
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
    **detail: Any,
) -> None:
    """Note what happened; every write to a session comes through here, so its version grows."""
    work.db.add(
        models.SessionEvent(
            account_id=session.account_id,
            session_id=session.id,
            kind=kind,
            actor_id=None if by_assistant else work.principal.user_id,
            detail=detail,
        )
    )
    session.state_version += 1
    session.updated_at = now()
    work.touched.add(session.id)


async def page(
    db: AsyncSession, session_id: UUID, *, first: int | None, after: str | None
) -> Page[models.SessionEvent]:
    """A page of a session's events, oldest first; the caller has checked that it may be seen.

    Raises PageTooLarge, CursorInvalid.
    """
    size = paging.size(first, default=PAGE_DEFAULT)
    last = paging.decode(after, int)[0] if after is not None else 0
    event = models.SessionEvent
    rows = (
        await db.scalars(
            select(event)
            .where(event.session_id == session_id, event.id > last)
            .order_by(event.id)
            .limit(size + 1)
        )
    ).all()
    return Page(
        rows[:size],
        [paging.encode(row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


async def count(db: AsyncSession, session_id: UUID) -> int:
    counted = select(func.count()).where(models.SessionEvent.session_id == session_id)
    return await db.scalar(counted) or 0
