"""Applies the rule of `actions` to sessions. `store.VISIBLE_SESSIONS` is what a caller sees."""

from typing import Protocol
from uuid import UUID

import models
from services import limits
from services.errors import (
    DomainError,
    Forbidden,
    InvalidInput,
    InvalidTransition,
    NotFound,
    SessionBusy,
    SessionTooLong,
    StaleState,
    StepAlreadyAnswered,
    WrongSessionType,
)
from services.principal import Principal
from services.sessions import actions, lifecycle, store
from services.sessions.actions import Refusal, Situation
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork

#: Of messages or steps.
LIMITS = {
    models.SessionType.CHAT: limits.MESSAGES_IN_A_SESSION,
    models.SessionType.GUIDED: limits.STEPS_IN_A_SESSION,
}


async def lock_session(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Load and lock a visible session. Raises NotFound."""
    await work.flush()
    account_id = work.principal.account_id
    session = await store.LOCKED_SESSION.load_one(
        work.transaction, id=session_id, account_id=account_id
    )
    if session is None:
        raise NotFound("session")
    return session


class SessionColumns(Protocol):
    """The columns of a session that decide on actions."""

    @property
    def session_type(self) -> models.SessionType: ...

    @property
    def status(self) -> models.SessionStatus: ...

    @property
    def step_count(self) -> int: ...

    @property
    def user_id(self) -> UUID: ...

    @property
    def escalated_to_id(self) -> UUID | None: ...

    @property
    def escalated_by_id(self) -> UUID | None: ...


def describe_situation(principal: Principal, session: SessionColumns) -> Situation:
    """As far as the columns of the session tell."""
    return Situation(
        role=principal.role,
        is_owner=session.user_id == principal.user_id,
        is_assigned=session.escalated_to_id == principal.user_id,
        has_escalated=session.escalated_by_id == principal.user_id,
        session_type=session.session_type,
        status=session.status,
        is_empty=session.step_count == 0,
        is_full=session.step_count >= LIMITS[session.session_type],
    )


async def lock_editable(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Load and lock a session that the caller can edit. Raises NotFound, Forbidden."""
    session = await lock_session(work, session_id)
    if not actions.may_edit(describe_situation(work.principal, session)):
        raise Forbidden(FORBIDDEN[Refusal.NO_ACCESS])
    return session


async def lock_for_action(
    work: UnitOfWork, session_id: UUID, action: SessionAction, expected_version: int | None = None
) -> models.AISession:
    """Lock a session for an action that role, ownership, type and status allow.

    Raises NotFound, Forbidden, WrongSessionType, InvalidTransition, StaleState.
    """
    session = await lock_session(work, session_id)
    refusal = actions.find_refusal(action, describe_situation(work.principal, session))
    is_stale = expected_version is not None and expected_version != session.state_version
    if is_stale and refusal in (None, Refusal.STATUS):
        raise StaleState(session.id, expected_version or 0, session.state_version)
    if refusal is not None:
        raise create_refusal_error(refusal, action, session)
    return session


def check_obstacle(
    work: UnitOfWork,
    session: models.AISession,
    action: SessionAction,
    *,
    running_turn: UUID | None = None,
    has_open_step: bool = False,
) -> None:
    """What `lock_for_action` cannot see: call it with what the caller has read under the lock.

    Raises Forbidden, SessionBusy, StepAlreadyAnswered, SessionTooLong, InvalidInput.
    """
    situation = describe_situation(work.principal, session)._replace(
        is_busy=running_turn is not None, has_open_step=has_open_step
    )
    obstacle = actions.find_obstacle(action, situation)
    if obstacle is not None:
        raise create_refusal_error(obstacle, action, session, running_turn)


FORBIDDEN = {
    Refusal.NO_ACCESS: "This session belongs to a colleague. Ask a lead to work on it, or the "
    "owner to escalate it to you.",
    Refusal.NOT_OWNER: "Only its owner or an administrator can delete a session.",
    Refusal.OWN_ESCALATION: "You escalated this session yourself. Another user has to claim it.",
}
INVALID = {
    Refusal.NO_MESSAGE: "The conversation has no message to answer yet.",
    Refusal.OPEN_STEP: "The current step waits for its answer; there is nothing to regenerate.",
    Refusal.STEP_LIMIT: f"The session has reached its limit of {limits.STEPS_IN_A_SESSION} steps.",
}


def create_refusal_error(
    refusal: Refusal,
    action: SessionAction,
    session: models.AISession,
    running_turn: UUID | None = None,
) -> DomainError:
    if refusal in FORBIDDEN:
        return Forbidden(FORBIDDEN[refusal])
    if refusal is Refusal.OTHER_TYPE:
        return WrongSessionType(lifecycle.ONLY_FOR[action])
    if refusal is Refusal.STATUS:
        return InvalidTransition(session.status, action)
    if refusal is Refusal.BUSY and running_turn is not None:
        return SessionBusy(running_turn)
    if refusal is Refusal.NO_OPEN_STEP:
        return StepAlreadyAnswered()
    if refusal is Refusal.MESSAGE_LIMIT:
        return SessionTooLong(
            f"This chat has reached its limit of {limits.MESSAGES_IN_A_SESSION:,} messages. "
            "Resolve or escalate it, or continue in a new session."
        )
    return InvalidInput(INVALID[refusal], None)
