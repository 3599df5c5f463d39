from dataclasses import dataclass
from uuid import UUID

from models import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling."""

    user_id: UUID
    account_id: UUID
    role: Role = Role.ENGINEER


#: Who is calling before they have said so: somebody of no account, to whom nothing is visible.
ANONYMOUS = Principal(UUID(int=0), UUID(int=0), Role.VIEWER)
