"""The rule of what a caller may do with a session.

`allowedActions` shows what it lets pass, and each mutation asks it before it acts. Pure: no
database, no clock. Quotas and rates are not part of it.
"""

from collections.abc import Callable
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from models.enums import Role, SessionStatus, SessionType
from services.sessions.lifecycle import ONLY_FOR, TRANSITIONS, SessionAction


class Refusal(Enum):
    """Why an action is refused."""

    NO_ACCESS = auto()
    NOT_OWNER = auto()
    OTHER_TYPE = auto()
    STATUS = auto()
    OWN_ESCALATION = auto()
    BUSY = auto()
    NO_MESSAGE = auto()
    MESSAGE_LIMIT = auto()
    NO_OPEN_STEP = auto()
    OPEN_STEP = auto()
    STEP_LIMIT = auto()
    NO_DOCUMENT = auto()


class Situation(NamedTuple):
    """All that decides on the actions of one caller on one session."""

    role: Role
    is_owner: bool
    #: The session was escalated to the caller, or the caller has claimed it.
    is_assigned: bool
    has_escalated: bool
    session_type: SessionType
    status: SessionStatus
    #: It has neither a message nor a step.
    is_empty: bool
    #: It has as many messages or steps as it may have.
    is_full: bool
    #: A reply or a step is being written.
    is_busy: bool = False
    has_open_step: bool = False
    has_documents: bool = False


def may_edit(it: Situation) -> bool:
    """Engineers edit sessions that they own or claimed; leads and administrators edit all."""
    if it.role.rank >= Role.LEAD.rank:
        return True
    return it.role is Role.ENGINEER and (it.is_owner or it.is_assigned)


def may_delete(it: Situation) -> bool:
    is_engineer = it.role.rank >= Role.ENGINEER.rank
    return it.role is Role.ADMIN or (is_engineer and it.is_owner)


def may_claim(it: Situation) -> bool:
    return it.role.rank >= Role.ENGINEER.rank


def find_claim_obstacle(it: Situation) -> Refusal | None:
    return Refusal.OWN_ESCALATION if it.has_escalated else None


def find_message_obstacle(it: Situation) -> Refusal | None:
    """A message may also be sent while the assistant writes: it waits, or interrupts."""
    return Refusal.MESSAGE_LIMIT if it.is_full else None


def find_response_obstacle(it: Situation) -> Refusal | None:
    if not it.has_open_step:
        return Refusal.NO_OPEN_STEP
    return Refusal.BUSY if it.is_busy else None


def find_regeneration_obstacle(it: Situation) -> Refusal | None:
    if it.is_busy:
        return Refusal.BUSY
    if it.session_type is SessionType.CHAT:
        return Refusal.NO_MESSAGE if it.is_empty else None
    if it.has_open_step:
        return Refusal.OPEN_STEP
    return Refusal.STEP_LIMIT if it.is_full else None


def find_edit_obstacle(it: Situation) -> Refusal | None:
    return None if it.has_documents else Refusal.NO_DOCUMENT


A = SessionAction
#: Who may take an action, where that is not who may edit the session.
PERMISSIONS: dict[SessionAction, tuple[Callable[[Situation], bool], Refusal]] = {
    A.CLAIM: (may_claim, Refusal.NO_ACCESS),
    A.DELETE: (may_delete, Refusal.NOT_OWNER),
}
#: What else can stand in the way of an action.
OBSTACLES: dict[SessionAction, Callable[[Situation], Refusal | None]] = {
    A.CLAIM: find_claim_obstacle,
    A.SEND_CHAT_MESSAGE: find_message_obstacle,
    A.RESPOND_TO_STEP: find_response_obstacle,
    A.REGENERATE: find_regeneration_obstacle,
    A.EDIT_DOCUMENT: find_edit_obstacle,
}
#: Actions whose obstacles are not columns of the session.
DEPEND_ON_PROGRESS = (A.RESPOND_TO_STEP, A.REGENERATE, A.EDIT_DOCUMENT)


def find_refusal(action: SessionAction, it: Situation) -> Refusal | None:
    """Why role, ownership, type and status do not allow an action; None if they do."""
    is_permitted, refusal = PERMISSIONS.get(action, (may_edit, Refusal.NO_ACCESS))
    if not is_permitted(it):
        return refusal
    if ONLY_FOR.get(action, it.session_type) is not it.session_type:
        return Refusal.OTHER_TYPE
    return None if (it.status, action) in TRANSITIONS else Refusal.STATUS


def find_obstacle(action: SessionAction, it: Situation) -> Refusal | None:
    """What stands in the way of an action that `find_refusal` lets pass."""
    find = OBSTACLES.get(action)
    return find(it) if find else None


@lru_cache(maxsize=1_000)
def depends_on_progress(it: Situation) -> bool:
    """Whether the allowed actions depend on what is being written, on steps or documents."""
    return any(find_refusal(action, it) is None for action in DEPEND_ON_PROGRESS)


@lru_cache(maxsize=10_000)
def list_allowed_actions(it: Situation) -> tuple[SessionAction, ...]:
    """In the order of the enumeration."""
    return tuple(
        action
        for action in SessionAction
        if find_refusal(action, it) is None and find_obstacle(action, it) is None
    )
