"""Errors that clients see. Every other exception is a bug, and is masked."""

import math
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from models import ErrorCode, SessionStatus, SessionType
from services.sessions.lifecycle import SessionAction


class DomainError(Exception):
    """Base of the errors a client can act on; `str()` is the message that the user reads."""

    code: ClassVar[ErrorCode]


class NotFound(DomainError):
    """Also raised for objects of other accounts."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")


class Forbidden(DomainError):
    code = ErrorCode.FORBIDDEN


class InvalidInput(DomainError):
    """`field` is the path of the wrong value in the arguments, as clients write it
    (`intake.logText`); for a mutation in its `input`. None if no single value is wrong."""

    code = ErrorCode.INVALID_INPUT

    def __init__(self, message: str, field: str | None) -> None:
        self.field = field
        super().__init__(message)


class InvalidTransition(DomainError):
    code = ErrorCode.INVALID_TRANSITION

    def __init__(self, status: SessionStatus, action: SessionAction) -> None:
        self.status = status
        self.action = action
        doing = action.value.replace("_", " ")
        super().__init__(f"Cannot {doing}: the session is {status}.")


class StaleState(DomainError):
    code = ErrorCode.STALE_STATE

    def __init__(self, session_id: UUID, expected: int, actual: int) -> None:
        self.session_id = session_id
        super().__init__(
            f"The session has changed since you loaded it: you expected version {expected}, "
            f"the current version is {actual}. Reload it and try again."
        )


class StaleDocument(DomainError):
    code = ErrorCode.STALE_STATE

    def __init__(self, document_id: UUID, expected: int, actual: int) -> None:
        self.document_id = document_id
        super().__init__(
            f"The document has changed since you loaded it: you expected version {expected}, the "
            f"current version is {actual}. Compare both texts, then save again."
        )


class SessionBusy(DomainError):
    code = ErrorCode.SESSION_BUSY

    def __init__(
        self,
        generation_id: UUID,
        message: str = "The assistant is still writing its last answer. Wait for it, or stop it.",
    ) -> None:
        self.generation_id = generation_id
        super().__init__(message)


class AlreadyClaimed(DomainError):
    code = ErrorCode.ALREADY_CLAIMED

    def __init__(self, by_id: UUID, by_name: str, at: datetime) -> None:
        self.claimed_by_id = by_id
        self.claimed_at = at
        super().__init__(f"{by_name} has already claimed this session.")


class WrongSessionType(DomainError):
    code = ErrorCode.WRONG_SESSION_TYPE

    def __init__(self, needed: SessionType) -> None:
        super().__init__(f"This operation needs a session of type {needed}.")


class StepAlreadyAnswered(DomainError):
    code = ErrorCode.STEP_ALREADY_ANSWERED

    def __init__(self) -> None:
        super().__init__("This step is already answered.")


class SessionTooLong(DomainError):
    code = ErrorCode.SESSION_TOO_LONG


class RateLimited(DomainError):
    """A limit per minute is exceeded until `retry_at`."""

    code = ErrorCode.RATE_LIMITED

    def __init__(self, message: str, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(f"{message} {self.when}")

    @property
    def seconds(self) -> int:
        """Seconds from now until `retry_at`."""
        return max(1, math.ceil((self.retry_at - datetime.now(UTC)).total_seconds()))

    @property
    def when(self) -> str:
        seconds = self.seconds
        return f"Try again in {seconds} {'second' if seconds == 1 else 'seconds'}."


class QuotaExceeded(RateLimited):
    """A quota per day or month is used up; `retry_at` is when the next period begins."""

    code = ErrorCode.QUOTA_EXCEEDED

    @property
    def when(self) -> str:
        return f"The assistant is available again from {self.retry_at:%Y-%m-%d %H:%M} UTC."


class InvalidCursor(InvalidInput):
    """A malformed cursor, or one of another list: a bug of the client, not of its user."""

    def __init__(self, field: str = "after") -> None:
        super().__init__(
            "The cursor is not valid for this list. Pass a cursor that this list returned.", field
        )


class PageTooLarge(InvalidInput):
    pass
