from dataclasses import dataclass
from uuid import UUID

from models import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """The authenticated caller."""

    user_id: UUID
    account_id: UUID
    role: Role = Role.ENGINEER


#: The caller of a WebSocket before authentication. It has no account, so it sees nothing.
ANONYMOUS = Principal(UUID(int=0), UUID(int=0), Role.VIEWER)
