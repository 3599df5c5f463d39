"""Which sessions a caller may see and change: the one place that decides it."""

from uuid import UUID

from sqlalchemy import Select, select

import models
from services import lifecycle
from services.errors import InvalidTransition, NotFound, StaleState, WrongSessionType
from services.lifecycle import SessionAction
from services.principal import Principal
from services.work import Work


def visible_sessions(principal: Principal) -> Select[models.AISession]:
    return select(models.AISession).where(models.AISession.account_id == principal.account_id)


async def lock_session(work: Work, session_id: UUID) -> models.AISession:
    """Load and lock a session the caller may change, or raise NotFound."""
    session = await work.db.scalar(
        visible_sessions(work.principal)
        .where(models.AISession.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if session is None:
        raise NotFound("session")
    return session


async def lock_for(
    work: Work, session_id: UUID, action: SessionAction, expected_version: int | None = None
) -> models.AISession:
    """Lock a session for an action its status allows.

    Raises NotFound, WrongSessionType, InvalidTransition, StaleState.
    """
    session = await lock_session(work, session_id)
    needed = lifecycle.ONLY_FOR.get(action)
    if needed is not None and session.session_type is not needed:
        raise WrongSessionType(needed)
    if expected_version is not None and expected_version != session.state_version:
        raise StaleState(session.id, expected_version, session.state_version)
    if not lifecycle.is_allowed(session.status, action):
        raise InvalidTransition(session.status, action)
    return session
