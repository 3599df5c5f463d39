"""Every failure a client is told about. Anything else is a bug, and is masked."""

import math
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from models import ErrorCode, SessionStatus, SessionType
from services.sessions.lifecycle import SessionAction


class DomainError(Exception):
    """Base of the failures a client can act on; `str()` is the sentence the client reads."""

    code: ClassVar[ErrorCode]


class NotFound(DomainError):
    """Also the answer for what belongs to somebody else."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}.")


class Forbidden(DomainError):
    code = ErrorCode.FORBIDDEN


class InvalidInput(DomainError):
    code = ErrorCode.INVALID_INPUT


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
            f"The session has changed since you read it: you expected version {expected}, "
            f"it is at {actual}. Look at it again, then repeat."
        )


class SessionBusy(DomainError):
    code = ErrorCode.SESSION_BUSY

    def __init__(
        self,
        generation_id: UUID,
        message: str = "The assistant is still writing its last answer. Wait for it or stop it.",
    ) -> None:
        self.generation_id = generation_id
        super().__init__(message)


class AlreadyClaimed(DomainError):
    code = ErrorCode.ALREADY_CLAIMED

    def __init__(self, by_id: UUID, by_name: str, at: datetime) -> None:
        self.claimed_by_id = by_id
        self.claimed_at = at
        super().__init__(f"{by_name} has claimed this session already.")


class WrongSessionType(DomainError):
    code = ErrorCode.WRONG_SESSION_TYPE

    def __init__(self, needed: SessionType) -> None:
        super().__init__(f"This works on a {needed} session only.")


class StepAlreadyAnswered(DomainError):
    code = ErrorCode.STEP_ALREADY_ANSWERED

    def __init__(self) -> None:
        super().__init__("This step has been answered already.")


class SessionTooLong(DomainError):
    code = ErrorCode.SESSION_TOO_LONG


class RateLimited(DomainError):
    """Too much in too short a time. `retry_at` is when it works again."""

    code = ErrorCode.RATE_LIMITED

    def __init__(self, message: str, retry_at: datetime) -> None:
        self.retry_at = retry_at
        super().__init__(f"{message} {self.when}")

    @property
    def seconds(self) -> int:
        """How long to wait, from now on."""
        return max(1, math.ceil((self.retry_at - datetime.now(UTC)).total_seconds()))

    @property
    def when(self) -> str:
        seconds = self.seconds
        return f"Try again in {seconds} {'second' if seconds == 1 else 'seconds'}."


class QuotaExceeded(RateLimited):
    """What may be spent is spent; `retry_at` is when the next day or month begins."""

    code = ErrorCode.QUOTA_EXCEEDED

    @property
    def when(self) -> str:
        return f"The assistant answers again from {self.retry_at:%Y-%m-%d %H:%M} UTC on."


class InvalidCursor(InvalidInput):
    """Malformed or of another list: a mistake of the client's program, not of its user."""

    def __init__(self) -> None:
        super().__init__("The cursor is not one that this list has handed out.")


class PageTooLarge(InvalidInput):
    pass
