from dataclasses import dataclass
from uuid import UUID

from models import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling."""

    user_id: UUID
    account_id: UUID
    role: Role = Role.ENGINEER
