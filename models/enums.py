"""The enums of the domain. The database stores their values; GraphQL shows their names."""

from enum import StrEnum
from functools import cached_property


class Role(StrEnum):
    """A user's role in an account, from the fewest permissions to the most."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    LEAD = "lead"
    ADMIN = "admin"

    @cached_property
    def rank(self) -> int:
        """A higher rank includes the permissions of all lower ones."""
        return list(Role).index(self)


class UserKind(StrEnum):
    PERSON = "person"
    MACHINE = "machine"


class SessionType(StrEnum):
    GUIDED = "guided"
    CHAT = "chat"


class SessionStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    ABANDONED = "abandoned"

    @property
    def is_closed(self) -> bool:
        return self in (SessionStatus.RESOLVED, SessionStatus.ABANDONED)


class IntakeType(StrEnum):
    FREE_TEXT = "free_text"
    PSA_TICKET = "psa_ticket"
    LOG_PASTE = "log_paste"
    COMBINED = "combined"


class ConfidenceTier(StrEnum):
    GUIDED = "guided"
    EXPLORING = "exploring"
    DISCOVERY = "discovery"

    @classmethod
    def of(cls, score: float) -> "ConfidenceTier":
        """The tier of a match score: guided from 0.8, exploring from 0.4, else discovery."""
        if score >= 0.8:
            return cls.GUIDED
        return cls.EXPLORING if score >= 0.4 else cls.DISCOVERY


class StepType(StrEnum):
    QUESTION = "question"
    ACTION = "action"
    SCRIPT = "script"
    VERIFICATION = "verification"
    INFO_REQUEST = "info_request"
    RESOLUTION_SUGGESTION = "resolution_suggestion"


class MessageRole(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"


class MessageRating(StrEnum):
    UP = "up"
    DOWN = "down"


class GenerationKind(StrEnum):
    CHAT_REPLY = "chat_reply"
    GUIDED_STEP = "guided_step"
    STATUS_UPDATE = "status_update"
    TICKET_NOTES = "ticket_notes"
    KNOWLEDGE_ARTICLE = "knowledge_article"
    CLIENT_SUMMARY = "client_summary"
    ESCALATION_PACKAGE = "escalation_package"

    @property
    def is_turn(self) -> bool:
        """Whether the answer is part of the session, and not a document about it."""
        return self in TURN_KINDS


#: The kinds of generation that are part of the session; the others are documents about it.
TURN_KINDS = (GenerationKind.CHAT_REPLY, GenerationKind.GUIDED_STEP)


class GenerationStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in (self.COMPLETED, self.FAILED, self.CANCELLED)


class DocumentKind(StrEnum):
    TICKET_NOTES = "ticket_notes"
    KNOWLEDGE_ARTICLE = "knowledge_article"
    CLIENT_SUMMARY = "client_summary"
    ESCALATION_PACKAGE = "escalation_package"
    STATUS_UPDATE = "status_update"


class StatusUpdateAudience(StrEnum):
    TICKET_NOTES = "ticket_notes"
    CLIENT_UPDATE = "client_update"
    EMAIL_DRAFT = "email_draft"
    REQUEST_INFO = "request_info"


class StatusUpdateLength(StrEnum):
    QUICK = "quick"
    DETAILED = "detailed"


class SessionEventKind(StrEnum):
    CREATED = "created"
    MESSAGE_ADDED = "message_added"
    MESSAGE_QUEUED = "message_queued"
    STEP_ADDED = "step_added"
    STEP_ANSWERED = "step_answered"
    PAUSED = "paused"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    ESCALATED = "escalated"
    CLAIMED = "claimed"
    ABANDONED = "abandoned"
    REOPENED = "reopened"
    RENAMED = "renamed"
    TICKET_LINKED = "ticket_linked"
    TICKET_UNLINKED = "ticket_unlinked"
    NOTE_PUSHED = "note_pushed"
    NOTE_PUSH_FAILED = "note_push_failed"
    DOCUMENT_READY = "document_ready"
    DOCUMENT_EDITED = "document_edited"
    RATED = "rated"
    GENERATION_STARTED = "generation_started"
    GENERATION_FINISHED = "generation_finished"
    DELETED = "deleted"


class ErrorCode(StrEnum):
    """Why a request was rejected or a generation failed, for clients and for the log."""

    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    INVALID_INPUT = "invalid_input"
    INVALID_TRANSITION = "invalid_transition"
    STALE_STATE = "stale_state"
    SESSION_BUSY = "session_busy"
    ALREADY_CLAIMED = "already_claimed"
    WRONG_SESSION_TYPE = "wrong_session_type"
    STEP_ALREADY_ANSWERED = "step_already_answered"
    SESSION_TOO_LONG = "session_too_long"
    QUOTA_EXCEEDED = "quota_exceeded"
    RATE_LIMITED = "rate_limited"
    ASSISTANT_UNAVAILABLE = "assistant_unavailable"
    ASSISTANT_REFUSED = "assistant_refused"
    ANSWER_TOO_LONG = "answer_too_long"
    TICKET_SYSTEM_UNAVAILABLE = "ticket_system_unavailable"
    TICKET_NOT_FOUND = "ticket_not_found"
    INTERNAL = "internal"
