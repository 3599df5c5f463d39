from dataclasses import dataclass
from datetime import datetime

from models import Role


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """The identity in a verified token. `account` is None if the account is fixed by the settings,
    because tokens do not name one."""

    external_id: str
    account: str | None
    name: str
    email: str
    email_is_verified: bool
    role: Role
    issued_at: datetime
    expires_at: datetime
