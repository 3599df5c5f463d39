"""The outcome of authentication."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.principal import Principal


@dataclass(frozen=True, slots=True)
class AuthenticatedLogin:
    """The authenticated principal, the expiry of its credentials, and the API key, if any."""

    principal: Principal
    expires_at: datetime | None = None
    key_id: UUID | None = None


class AuthenticationFailed(Exception):
    """The message goes to the client and to the log. It never contains the credentials."""


class AuthenticationUnavailable(Exception):
    """The database or the token issuer cannot be reached, so credentials cannot be checked."""
