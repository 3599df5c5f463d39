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


async def transition_session(
    work: UnitOfWork,
    session_id: UUID,
    action: SessionAction,
    kind: SessionEventKind,
    *,
    expected_version: int | None = None,
    **detail: str | None,
) -> models.AISession:
    """Lock a session and apply an action to it.

    Raises NotFound, Forbidden, InvalidTransition, StaleState.
    """
    session = await lock_for_action(work, session_id, action, expected_version)
    await transition_locked_session(work, session, action, kind, **detail)
    return session


async def transition_locked_session(
    work: UnitOfWork,
    session: models.AISession,
    action: SessionAction,
    kind: SessionEventKind,
    **detail: str | None,
) -> None:
    """Cancel running and queued turns, set the status that follows, and record the event."""
    await cancel_turns(work, session, f"The session was {kind.value}.")
    session.status = TRANSITIONS[session.status, action]
    keeps_outcome = action in (SessionAction.PAUSE, SessionAction.RESUME)
    if session.matched_flow_id and not keeps_outcome:
        await flow_store.update_success_rate(
            work.transaction, session.account_id, session.matched_flow_id
        )
    given: dict[str, Any] = {name: value for name, value in detail.items() if value}
    work.record_event(session, kind, **given)
