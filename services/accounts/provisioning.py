"""From what a token says to the user it stands for, who is made at first sight if allowed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Role, UserKind
from server.auth.claims import TokenIdentity
from server.auth.login import AuthenticatedLogin, AuthenticationFailed
from services.accounts.local_user import get_or_create_account
from services.principal import Principal
from storage.tenancy import TenantDatabase

UserRow: TypeAlias = Row[UUID, UUID, Role, datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class ProvisioningPolicy:
    """Who may come in that has not been here before."""

    new_users: bool = True
    new_accounts: bool = True
    link_email: Literal["never", "verified", "always"] = "verified"
    #: The account of everybody whose token names none.
    account_name: str = "Local"

    def links(self, identity: TokenIdentity) -> bool:
        return self.link_email == "always" or (
            self.link_email == "verified" and identity.email_is_verified
        )


async def login_by_token(
    database: TenantDatabase, identity: TokenIdentity, admission: ProvisioningPolicy
) -> AuthenticatedLogin:
    """Raises SignInRefused. One statement, but for a user or a token that is new."""
    async with database() as db:
        user = await find(db, identity, admission)
    if user is None or user.claims_as_of is None or user.claims_as_of < identity.issued_at:
        async with database.orm_transaction() as db:
            account_id = user.account_id if user else await account(db, identity, admission)
            if user is None:
                await admit(db, account_id, identity, admission)
            await renew(db, account_id, identity)
            user = await find(db, identity, admission)
    if user is None:
        raise AuthenticationFailed("The account or the user of this token has just been removed.")
    if user.deactivated_at is not None:
        raise AuthenticationFailed("This user is deactivated.")
    return AuthenticatedLogin(principal(user, identity.role), identity.expires_at)


def principal(user: UserRow, claimed: Role) -> Principal:
    """What the token grants, unless a newer one has granted less."""
    return Principal(user.id, user.account_id, min(claimed, user.role, key=lambda r: r.rank))


async def find(
    db: AsyncSession, identity: TokenIdentity, admission: ProvisioningPolicy
) -> UserRow | None:
    user, account = models.User, models.Account
    of_account = (
        and_(account.name == admission.account_name, account.external_id.is_(None))
        if identity.account is None
        else account.external_id == identity.account
    )
    rows = await db.execute(
        select(user.id, user.account_id, user.role, user.claims_as_of, user.deactivated_at)
        .join(account, and_(account.id == user.account_id, of_account))
        .where(user.external_id == identity.external_id)
        .order_by(account.created_at)
        .limit(1)
    )
    return rows.first()


async def account(db: AsyncSession, identity: TokenIdentity, admission: ProvisioningPolicy) -> UUID:
    if identity.account is None:
        return (await get_or_create_account(db, admission.account_name)).id
    if admission.new_accounts:
        await db.execute(
            insert(models.Account)
            .values(external_id=identity.account, name=identity.account)
            .on_conflict_do_nothing()
        )
    found = await db.scalar(
        select(models.Account.id).where(models.Account.external_id == identity.account)
    )
    if found is None:
        raise AuthenticationFailed("The token's account is not known here.")
    return found


async def admit(
    db: AsyncSession, account_id: UUID, identity: TokenIdentity, admission: ProvisioningPolicy
) -> None:
    """Let somebody in for the first time; they may have been in at the same time elsewhere."""
    if admission.links(identity) and await link(db, account_id, identity):
        return
    if not admission.new_users:
        raise AuthenticationFailed("The token's user is not known here.")
    user = models.User
    await db.execute(
        insert(user)
        .values(
            account_id=account_id,
            external_id=identity.external_id,
            name=identity.name,
            email=identity.email,
            role=identity.role,
        )
        .on_conflict_do_nothing()
    )
    if not await db.scalar(select(user.id).where(is_of(account_id, identity))):
        raise AuthenticationFailed(
            "Another user of the account has the address that the token names."
        )


async def link(db: AsyncSession, account_id: UUID, identity: TokenIdentity) -> bool:
    """Make the token's bearer the user of that address whom no token has stood for so far."""
    user = models.User
    linked = await db.scalars(
        update(user)
        .where(
            user.account_id == account_id,
            func.lower(user.email) == identity.email.lower(),
            user.external_id.is_(None),
            user.kind == UserKind.PERSON,
        )
        .values(external_id=identity.external_id)
        .returning(user.id)
    )
    return linked.first() is not None


async def renew(db: AsyncSession, account_id: UUID, identity: TokenIdentity) -> None:
    """Take over what the newest token says. An address that another user has stays theirs."""
    user = models.User
    newest = func.coalesce(user.claims_as_of, identity.issued_at) <= identity.issued_at
    renewed = await db.scalars(
        update(user)
        .where(is_of(account_id, identity), newest)
        .values(name=identity.name, role=identity.role, claims_as_of=identity.issued_at)
        .returning(user.id)
    )
    if renewed.first() is not None:
        await renew_address(db, account_id, identity)


async def renew_address(db: AsyncSession, account_id: UUID, identity: TokenIdentity) -> None:
    user = models.User
    taken = (
        select(user.id)
        .where(user.account_id == account_id, func.lower(user.email) == identity.email.lower())
        .correlate(None)
    )
    await db.execute(
        update(user)
        .where(is_of(account_id, identity), ~taken.exists())
        .values(email=identity.email)
    )


def is_of(account_id: UUID, identity: TokenIdentity) -> ColumnElement[bool]:
    return and_(
        models.User.account_id == account_id, models.User.external_id == identity.external_id
    )
