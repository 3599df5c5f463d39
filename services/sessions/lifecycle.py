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
    REGENERATE = "regenerate"
    RENAME = "rename"
    RATE = "rate"
    DELETE = "delete"
    EDIT_DOCUMENT = "edit_document"
    LINK_TICKET = "link_ticket"


A = SessionAction

IN_ANY_STATUS = (A.STATUS_UPDATE, A.RENAME, A.RATE, A.DELETE, A.EDIT_DOCUMENT)

TRANSITIONS: dict[tuple[S, SessionAction], S] = {
    (S.ACTIVE, A.SEND_CHAT_MESSAGE): S.ACTIVE,
    (S.ACTIVE, A.RESPOND_TO_STEP): S.ACTIVE,
    (S.ACTIVE, A.REGENERATE): S.ACTIVE,
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
    **{(status, action): status for status in S for action in IN_ANY_STATUS},
}

ONLY_FOR = {A.SEND_CHAT_MESSAGE: SessionType.CHAT, A.RESPOND_TO_STEP: SessionType.GUIDED}
