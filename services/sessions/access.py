"""Decides which sessions a caller can edit and claim. `store.VISIBLE_SESSIONS` is what one sees."""

from typing import Protocol
from uuid import UUID

import models
from models import Role
from services.errors import Forbidden, InvalidTransition, NotFound, StaleState, WrongSessionType
from services.principal import Principal
from services.sessions import lifecycle, store
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


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


class SessionOwnership(Protocol):
    """The columns of a session that decide on access."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def escalated_to_id(self) -> UUID | None: ...

    @property
    def escalated_by_id(self) -> UUID | None: ...


def can_edit(principal: Principal, session: SessionOwnership) -> bool:
    """Engineers edit sessions that they own or claimed; leads and administrators edit all."""
    if principal.role.rank >= Role.LEAD.rank:
        return True
    is_assigned = principal.user_id in (session.user_id, session.escalated_to_id)
    return is_assigned and principal.role is Role.ENGINEER


def can_claim(principal: Principal, session: SessionOwnership) -> bool:
    """Everyone from engineer up can claim a session, except who escalated it."""
    is_engineer = principal.role.rank >= Role.ENGINEER.rank
    return is_engineer and session.escalated_by_id != principal.user_id


async def lock_editable(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Load and lock a session that the caller can edit. Raises NotFound, Forbidden."""
    session = await lock_session(work, session_id)
    if not can_edit(work.principal, session):
        raise Forbidden(
            "This session belongs to a colleague. Ask a lead to work on it, or the owner to "
            "escalate it to you."
        )
    return session


async def lock_for_action(
    work: UnitOfWork, session_id: UUID, action: SessionAction, expected_version: int | None = None
) -> models.AISession:
    """Lock a session for an action that its type and status allow.

    Raises NotFound, Forbidden, WrongSessionType, InvalidTransition, StaleState.
    """
    lock = lock_session if action is SessionAction.CLAIM else lock_editable
    session = await lock(work, session_id)
    needed = lifecycle.ONLY_FOR.get(action)
    if needed is not None and session.session_type is not needed:
        raise WrongSessionType(needed)
    if expected_version is not None and expected_version != session.state_version:
        raise StaleState(session.id, expected_version, session.state_version)
    if not lifecycle.is_allowed(session.status, action):
        raise InvalidTransition(session.status, action)
    return session
