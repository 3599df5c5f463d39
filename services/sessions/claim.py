from datetime import UTC, datetime
from uuid import UUID

import models
from models import SessionStatus
from services.errors import AlreadyClaimed
from services.sessions import store
from services.sessions.access import check_obstacle, lock_for_action, lock_session
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_locked_session
from services.unit_of_work import UnitOfWork


async def claim_session(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Take an escalated session over. A second claim by the same user changes nothing.

    Raises NotFound, AlreadyClaimed, Forbidden, InvalidTransition.
    """
    session = await lock_session(work, session_id)
    if session.status is not SessionStatus.ESCALATED and session.claimed_at is not None:
        if session.escalated_to_id == work.principal.user_id:
            return session
        await raise_already_claimed(work, session)
    session = await lock_for_action(work, session_id, SessionAction.CLAIM)
    check_obstacle(work, session, SessionAction.CLAIM)
    await transition_locked_session(work, session, SessionAction.CLAIM)
    session.escalated_to_id = work.principal.user_id
    session.claimed_at = datetime.now(UTC)
    session.paused_at = None
    return session


async def raise_already_claimed(work: UnitOfWork, session: models.AISession) -> None:
    claimant = await store.find_user(work.transaction, session.escalated_to_id)
    if claimant is not None and session.claimed_at is not None:
        raise AlreadyClaimed(claimant.id, claimant.name, session.claimed_at)
