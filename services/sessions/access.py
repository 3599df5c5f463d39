"""Which sessions a caller may see and change: the one place that decides it."""

from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import Select, Uuid, select

import models
from models import Role
from services.errors import Forbidden, InvalidTransition, NotFound, StaleState, WrongSessionType
from services.principal import Principal
from services.sessions import lifecycle
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork
from storage.orm_loading import LockedQuery
from storage.statements import param


def visible_sessions(principal: Principal) -> Select[models.AISession]:
    return select(models.AISession).where(models.AISession.account_id == principal.account_id)


#: Whoever is calling, by name.
CALLER: Any = Principal(*(param(name, Uuid()) for name in ("user_id", "account_id")))  # type: ignore[arg-type]
#: The session of that id, if the caller may see it.
VISIBLE = visible_sessions(CALLER).where(models.AISession.id == param("id", Uuid()))
SESSION = LockedQuery(models.AISession, VISIBLE)


async def lock_session(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Load and lock a session of the account, or raise NotFound."""
    await work.flush()
    session = await SESSION.load_one(
        work.transaction, id=session_id, account_id=work.principal.account_id
    )
    if session is None:
        raise NotFound("session")
    return session


class SessionOwnership(Protocol):
    """Whose a session is, whatever else is known of it."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def escalated_to_id(self) -> UUID | None: ...

    @property
    def escalated_by_id(self) -> UUID | None: ...


def can_edit(principal: Principal, session: SessionOwnership) -> bool:
    """An engineer on what is theirs or handed to them; a lead and an administrator on all."""
    if principal.role.rank >= Role.LEAD.rank:
        return True
    is_theirs = principal.user_id in (session.user_id, session.escalated_to_id)
    return is_theirs and principal.role is Role.ENGINEER


def can_claim(principal: Principal, session: SessionOwnership) -> bool:
    """Everybody who works, but for whoever handed it on."""
    works = principal.role.rank >= Role.ENGINEER.rank
    return works and session.escalated_by_id != principal.user_id


async def lock_editable(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Load and lock a session for somebody to change it. Raises NotFound, Forbidden."""
    session = await lock_session(work, session_id)
    if not can_edit(work.principal, session):
        raise Forbidden("This session is a colleague's. A lead can work on it, or it is handed on.")
    return session


async def lock_for_action(
    work: UnitOfWork, session_id: UUID, action: SessionAction, expected_version: int | None = None
) -> models.AISession:
    """Lock a session for an action its status allows.

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
