"""Which logins are still valid."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from models import Role
from services.accounts.login import AuthenticatedLogin
from services.accounts.store import AccountStore
from storage.transactions import TenantDatabase


@dataclass(frozen=True, slots=True)
class AccessSnapshot:
    """The roles of active users, and the valid API keys."""

    roles: dict[UUID, Role]
    keys: set[UUID]

    def allows(self, login: AuthenticatedLogin) -> bool:
        """Whether the user is active, its role no lower, and its key, if any, valid."""
        role = self.roles.get(login.principal.user_id)
        if role is None or role.rank < login.principal.role.rank:
            return False
        return login.key_id is None or login.key_id in self.keys


async def read_access_snapshot(
    database: TenantDatabase, logins: Collection[AuthenticatedLogin]
) -> AccessSnapshot:
    """One statement for all logins."""
    users = {(login.principal.account_id, login.principal.user_id) for login in logins}
    async with database.orm_read_transaction() as db:
        rows = await AccountStore(db).read_access(users)
    return AccessSnapshot(
        {user_id: role for user_id, role, _ in rows},
        {key_id for _, _, key_id in rows if key_id is not None},
    )
