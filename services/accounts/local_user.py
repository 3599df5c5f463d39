"""The local user, as whom every request acts while authentication is off."""

from services.accounts.store import AccountStore
from services.principal import Principal
from storage.transactions import TenantDatabase


async def get_or_create_local_user(
    database: TenantDatabase, *, account_name: str, name: str, email: str
) -> Principal:
    """The only user of an installation without authentication, created at the first start."""
    async with database.orm_transaction() as db:
        store = AccountStore(db)
        account = await store.get_or_create_account(account_name)
        user = await store.get_or_create_admin(account.id, name, email)
    return Principal(user.id, account.id, user.role)
