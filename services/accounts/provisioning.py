"""Just-in-time provisioning: finds, creates or links the user of a verified token."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from models import Role
from services.accounts.login import AuthenticatedLogin, AuthenticationFailed
from services.accounts.store import AccountStore, TokenUser
from services.accounts.token_identity import TokenIdentity
from services.principal import Principal
from storage.transactions import TenantDatabase


@dataclass(frozen=True, slots=True)
class ProvisioningPolicy:
    """Which unknown users and accounts are created, and when users are linked by email address."""

    new_users: bool = True
    new_accounts: bool = True
    link_email: Literal["never", "verified", "always"] = "verified"
    #: The account of tokens that name none.
    account_name: str = "Local"

    def links_by_email(self, identity: TokenIdentity) -> bool:
        return self.link_email == "always" or (
            self.link_email == "verified" and identity.email_is_verified
        )


async def login_by_token(
    database: TenantDatabase, identity: TokenIdentity, policy: ProvisioningPolicy
) -> AuthenticatedLogin:
    """One statement, except for the first request of a user or of a token.

    Raises AuthenticationFailed.
    """
    async with database.orm_read_transaction() as db:
        user = await AccountStore(db).find_token_user(identity, policy.account_name)
    if user is None or user.claims_as_of is None or user.claims_as_of < identity.issued_at:
        async with database.orm_transaction() as db:
            user = await sync_user(AccountStore(db), user, identity, policy)
    if user is None:
        raise AuthenticationFailed("The account or the user of this token was just deleted.")
    if user.deactivated_at is not None:
        raise AuthenticationFailed("This user is deactivated.")
    return AuthenticatedLogin(token_principal(user, identity.role), identity.expires_at)


def token_principal(user: TokenUser, claimed: Role) -> Principal:
    """The role of the token, limited by the role in the newest token of the user."""
    return Principal(user.id, user.account_id, min(claimed, user.role, key=lambda r: r.rank))


async def sync_user(
    store: AccountStore,
    user: TokenUser | None,
    identity: TokenIdentity,
    policy: ProvisioningPolicy,
) -> TokenUser | None:
    """Provision the user if necessary, and store the claims of the token.

    Raises AuthenticationFailed.
    """
    account_id = user.account_id if user else await resolve_account(store, identity, policy)
    if user is None:
        await provision_user(store, account_id, identity, policy)
    await store.sync_claims(account_id, identity)
    return await store.find_token_user(identity, policy.account_name)


async def resolve_account(
    store: AccountStore, identity: TokenIdentity, policy: ProvisioningPolicy
) -> UUID:
    """Raises AuthenticationFailed if the account is unknown and may not be created."""
    if identity.account is None:
        return (await store.get_or_create_account(policy.account_name)).id
    if policy.new_accounts:
        await store.create_external_account(identity.account)
    account_id = await store.find_external_account(identity.account)
    if account_id is None:
        raise AuthenticationFailed("The account of the token is unknown here.")
    return account_id


async def provision_user(
    store: AccountStore, account_id: UUID, identity: TokenIdentity, policy: ProvisioningPolicy
) -> None:
    """Link or create the user of a token; a concurrent request may do the same.

    Raises AuthenticationFailed.
    """
    if policy.links_by_email(identity) and await store.link_by_email(account_id, identity):
        return
    if not policy.new_users:
        raise AuthenticationFailed("The user of the token is unknown here.")
    if not await store.create_token_user(account_id, identity):
        raise AuthenticationFailed(
            "Another user of the account has the email address of the token."
        )
