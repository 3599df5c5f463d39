"""Events of a session: recorded in the transaction that makes them true."""

from typing import Any
from uuid import UUID

import models
from models import SessionEventKind
from services.sessions.changes.pending import PendingEvent, SessionChange
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork
from storage.orm_loading import set_committed


def record_event(
    work: UnitOfWork,
    session: models.AISession,
    kind: SessionEventKind,
    /,
    *,
    by_assistant: bool = False,
    actor_id: UUID | None = None,
    **detail: Any,
) -> SessionChange:
    """Record an event of a locked session, and bump its version.

    The actor is the caller, unless it is the assistant or `actor_id` is given.
    """
    actor = None if by_assistant else actor_id or work.principal.user_id
    work.events.append(PendingEvent(session.id, kind, actor, detail))
    return bump_version(work, session)


def bump_version(work: UnitOfWork, session: models.AISession) -> SessionChange:
    """Every change of a locked session calls this: subscribers read the new version."""
    set_committed(session, state_version=session.state_version + 1, updated_at=utc_now())
    work.touched_session_ids.add(session.id)
    return work.change_for(session)
