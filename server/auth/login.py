from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.principal import Principal


@dataclass(frozen=True, slots=True)
class AuthenticatedLogin:
    """Who is calling, until when, and with which key if it was one."""

    principal: Principal
    expires_at: datetime | None = None
    key_id: UUID | None = None


class AuthenticationFailed(Exception):
    """The message is for the caller and for the log: it never holds what was presented."""


class AuthenticationUnavailable(Exception):
    """It cannot be told at the moment who is calling."""
