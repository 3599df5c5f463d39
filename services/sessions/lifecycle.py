"""The session lifecycle: which action is allowed in which status, and the status it leads to.

Pure: no database, no clock.
"""

from enum import StrEnum

from models.enums import SessionStatus as S
from models.enums import SessionType


class SessionAction(StrEnum):
    SEND_CHAT_MESSAGE = "send_chat_message"
    RESPOND_TO_STEP = "respond_to_step"
    RESOLVE = "resolve"
    ESCALATE = "escalate"
    CLAIM = "claim"
    PAUSE = "pause"
    RESUME = "resume"
    ABANDON = "abandon"
    REOPEN = "reopen"
    STATUS_UPDATE = "status_update"
    LINK_TICKET = "link_ticket"


A = SessionAction

TRANSITIONS: dict[tuple[S, SessionAction], S] = {
    (S.ACTIVE, A.SEND_CHAT_MESSAGE): S.ACTIVE,
    (S.ACTIVE, A.RESPOND_TO_STEP): S.ACTIVE,
    (S.ACTIVE, A.PAUSE): S.PAUSED,
    (S.ACTIVE, A.RESOLVE): S.RESOLVED,
    (S.ACTIVE, A.ESCALATE): S.ESCALATED,
    (S.ACTIVE, A.ABANDON): S.ABANDONED,
    (S.PAUSED, A.RESUME): S.ACTIVE,
    (S.PAUSED, A.RESOLVE): S.RESOLVED,
    (S.PAUSED, A.ESCALATE): S.ESCALATED,
    (S.PAUSED, A.ABANDON): S.ABANDONED,
    (S.ESCALATED, A.CLAIM): S.ACTIVE,
    (S.ESCALATED, A.RESOLVE): S.RESOLVED,
    (S.ESCALATED, A.ABANDON): S.ABANDONED,
    (S.RESOLVED, A.REOPEN): S.ACTIVE,
    (S.ABANDONED, A.REOPEN): S.ACTIVE,
    **{(status, A.STATUS_UPDATE): status for status in S},
}

ONLY_FOR = {A.SEND_CHAT_MESSAGE: SessionType.CHAT, A.RESPOND_TO_STEP: SessionType.GUIDED}


def is_allowed(status: S, action: SessionAction) -> bool:
    return (status, action) in TRANSITIONS


def allowed_actions(
    session_type: SessionType, status: S, *, can_edit: bool, can_claim: bool
) -> list[SessionAction]:
    """The actions of a caller who can edit the session, claim it, both or neither; in the order of
    the enum."""
    return [
        action
        for action in SessionAction
        if (status, action) in TRANSITIONS
        and ONLY_FOR.get(action, session_type) is session_type
        and (can_claim if action is A.CLAIM else can_edit)
    ]
