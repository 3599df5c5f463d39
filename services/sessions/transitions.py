"""Moves a session from one status to another; `lifecycle` is the table of what is allowed."""

from typing import Any
from uuid import UUID

import models
from models import SessionEventKind
from services.flows import store as flow_store
from services.generations.finish import cancel_turns
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import TRANSITIONS, SessionAction
from services.unit_of_work import UnitOfWork

EVENT_KINDS = {
    SessionAction.PAUSE: SessionEventKind.PAUSED,
    SessionAction.RESUME: SessionEventKind.RESUMED,
    SessionAction.RESOLVE: SessionEventKind.RESOLVED,
    SessionAction.ESCALATE: SessionEventKind.ESCALATED,
    SessionAction.CLAIM: SessionEventKind.CLAIMED,
    SessionAction.ABANDON: SessionEventKind.ABANDONED,
    SessionAction.REOPEN: SessionEventKind.REOPENED,
}


async def transition_session(
    work: UnitOfWork, session_id: UUID, action: SessionAction, expected_version: int | None = None
) -> models.AISession:
    """Lock a session and apply an action to it.

    Raises NotFound, Forbidden, InvalidTransition, StaleState.
    """
    session = await lock_for_action(work, session_id, action, expected_version)
    await transition_locked_session(work, session, action)
    return session


async def transition_locked_session(
    work: UnitOfWork, session: models.AISession, action: SessionAction, **detail: str | None
) -> None:
    """Cancel running and queued turns, set the status that follows, and record the event."""
    kind = EVENT_KINDS[action]
    await cancel_turns(work, session, f"The session was {kind.value}.")
    session.status = TRANSITIONS[session.status, action]
    keeps_outcome = action in (SessionAction.PAUSE, SessionAction.RESUME)
    if session.matched_flow_id and not keeps_outcome:
        await flow_store.update_success_rate(
            work.transaction, session.account_id, session.matched_flow_id
        )
    given: dict[str, Any] = {name: value for name, value in detail.items() if value}
    work.record_event(session, kind, **given)
