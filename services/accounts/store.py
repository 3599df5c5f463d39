"""SQL of accounts, users and API keys, across accounts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Uuid,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from models import Account, ApiKey, Role, User, UserKind
from services.accounts.token_identity import TokenIdentity
from services.ai.redact.gate import redact_now
from storage.statements import Statement

TokenUser: TypeAlias = Row[UUID, UUID, Role, datetime | None, datetime | None]

#: Postgres raises an error for a time zone that it does not know.
#: Parameters: time_zone, account_id.
SET_TIME_ZONE = Statement(
    """
    UPDATE accounts SET time_zone = CAST(:time_zone AS text)
    WHERE id = :account_id
        AND (CAST(:time_zone AS text) IS NULL OR now() AT TIME ZONE :time_zone IS NOT NULL)
    """
)
#: Processes that start together create the account of the local user once.
LOCAL_USER_LOCK = func.pg_advisory_xact_lock(func.hashtext("unified-sessions local user"))


@dataclass(frozen=True, slots=True)
class AccountStore:
    """The repository of accounts, users and API keys, within one transaction."""

    db: AsyncSession

    async def get_or_create_account(self, name: str) -> Account:
        """The oldest account of that name that was not created from a token. Takes a lock, so
        that concurrent callers create one account."""
        await self.db.execute(select(LOCAL_USER_LOCK))
        found = await self.db.scalar(
            select(Account)
            .where(Account.name == name, Account.external_id.is_(None))
            .order_by(Account.created_at)
            .limit(1)
        )
        if found is None:
            found = Account(name=name)
            self.db.add(found)
            await self.db.flush()
        return found

    async def find_accounts(self, name: str) -> Sequence[Account]:
        """At most two accounts with that name or external id."""
        is_named = or_(Account.name == name, Account.external_id == name)
        return (await self.db.scalars(select(Account).where(is_named).limit(2))).all()

    async def find_external_account(self, external_id: str) -> UUID | None:
        return await self.db.scalar(select(Account.id).where(Account.external_id == external_id))

    async def create_external_account(self, external_id: str) -> None:
        """Does nothing if the account exists."""
        await self.db.execute(
            insert(Account)
            .values(external_id=external_id, name=redact_now(external_id)[:255])
            .on_conflict_do_nothing()
        )

    async def get_or_create_admin(self, account_id: UUID, name: str, email: str) -> User:
        """The user with that email address in the account."""
        found = await self.db.scalar(
            select(User).where(
                User.account_id == account_id, func.lower(User.email) == email.lower()
            )
        )
        if found is None:
            found = User(account_id=account_id, name=name, email=email, role=Role.ADMIN)
            self.db.add(found)
            await self.db.flush()
        return found

    async def find_token_user(
        self, identity: TokenIdentity, default_account: str
    ) -> TokenUser | None:
        """The user of a token; `default_account` is the account of tokens that name none."""
        is_account = (
            and_(Account.name == default_account, Account.external_id.is_(None))
            if identity.account is None
            else Account.external_id == identity.account
        )
        rows = await self.db.execute(
            select(User.id, User.account_id, User.role, User.claims_as_of, User.deactivated_at)
            .join(Account, and_(Account.id == User.account_id, is_account))
            .where(User.external_id == identity.external_id)
            .order_by(Account.created_at)
            .limit(1)
        )
        return rows.first()

    async def create_token_user(self, account_id: UUID, identity: TokenIdentity) -> bool:
        """False if another user of the account has the email address. A user that a concurrent
        request has created counts as created."""
        await self.db.execute(
            insert(User)
            .values(
                account_id=account_id,
                external_id=identity.external_id,
                name=identity.name,
                email=identity.email,
                role=identity.role,
            )
            .on_conflict_do_nothing()
        )
        is_user = identity_filter(account_id, identity)
        return await self.db.scalar(select(User.id).where(is_user)) is not None

    async def link_by_email(self, account_id: UUID, identity: TokenIdentity) -> bool:
        """Assign the identity to the person who has its email address and no identity yet."""
        linked = await self.db.scalars(
            update(User)
            .where(
                User.account_id == account_id,
                func.lower(User.email) == identity.email.lower(),
                User.external_id.is_(None),
                User.kind == UserKind.PERSON,
            )
            .values(external_id=identity.external_id)
            .returning(User.id)
        )
        return linked.first() is not None

    async def sync_claims(self, account_id: UUID, identity: TokenIdentity) -> None:
        """Store name, role and email address of the token, unless a newer token was seen. An
        address that another user has stays with that user."""
        is_newest = func.coalesce(User.claims_as_of, identity.issued_at) <= identity.issued_at
        updated = await self.db.scalars(
            update(User)
            .where(identity_filter(account_id, identity), is_newest)
            .values(name=identity.name, role=identity.role, claims_as_of=identity.issued_at)
            .returning(User.id)
        )
        if updated.first() is not None:
            await self._sync_email(account_id, identity)

    async def _sync_email(self, account_id: UUID, identity: TokenIdentity) -> None:
        same_email = (
            select(User.id)
            .where(User.account_id == account_id, func.lower(User.email) == identity.email.lower())
            .correlate(None)
        )
        await self.db.execute(
            update(User)
            .where(identity_filter(account_id, identity), ~same_email.exists())
            .values(email=identity.email)
        )

    async def find_key(self, prefix: str) -> tuple[ApiKey, User] | None:
        found = await self.db.execute(select_keys().where(ApiKey.prefix == prefix))
        row = found.first()
        return (row[0], row[1]) if row is not None else None

    async def list_keys(self) -> list[tuple[ApiKey, User, str]]:
        """Every key with its user and the name of its account, the oldest first."""
        rows = await self.db.execute(
            select_keys()
            .add_columns(Account.name)
            .join(Account, Account.id == ApiKey.account_id)
            .order_by(ApiKey.created_at, ApiKey.id)
        )
        return [(row[0], row[1], row[2]) for row in rows]

    async def create_key(self, user: User, key: ApiKey) -> None:
        """Store a key with the machine user that it acts as."""
        self.db.add(user)
        await self.db.flush()
        key.user_id = user.id
        self.db.add(key)

    async def revoke_key(self, prefix: str) -> bool:
        """False if there is no such key. The time of an earlier revocation stays."""
        found = await self.db.scalars(
            update(ApiKey)
            .where(ApiKey.prefix == prefix)
            .values(revoked_at=func.coalesce(ApiKey.revoked_at, func.now()))
            .returning(ApiKey.id)
        )
        return found.first() is not None

    async def record_key_use(self, key: ApiKey, at_most_every: timedelta) -> None:
        is_stale = or_(
            ApiKey.last_used_at.is_(None), ApiKey.last_used_at < func.now() - at_most_every
        )
        is_key = and_(ApiKey.account_id == key.account_id, ApiKey.id == key.id)
        await self.db.execute(
            update(ApiKey).where(is_key, is_stale).values(last_used_at=func.now())
        )

    async def read_access(
        self, users: Collection[tuple[UUID, UUID]]
    ) -> Sequence[Row[UUID, Role, UUID | None]]:
        """Id and role of the active users among these, with each of their valid keys. A user is
        given as account and id."""
        is_valid = and_(
            ApiKey.account_id == User.account_id,
            ApiKey.user_id == User.id,
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()),
        )
        account_ids, ids = zip(*users, strict=True)
        asked = (
            func.unnest(literal(list(account_ids), ARRAY(Uuid)), literal(list(ids), ARRAY(Uuid)))
            .table_valued(column("account_id", Uuid), column("id", Uuid), name="asked")
            .render_derived()
        )
        is_asked = and_(User.account_id == asked.c.account_id, User.id == asked.c.id)
        rows = await self.db.execute(
            select(User.id, User.role, ApiKey.id)
            .select_from(asked)
            .join(User, is_asked)
            .outerjoin(ApiKey, is_valid)
            .where(User.deactivated_at.is_(None))
        )
        return rows.all()


def identity_filter(account_id: UUID, identity: TokenIdentity) -> ColumnElement[bool]:
    return and_(User.account_id == account_id, User.external_id == identity.external_id)


def select_keys() -> Select[ApiKey, User]:
    is_user = and_(User.account_id == ApiKey.account_id, User.id == ApiKey.user_id)
    return select(ApiKey, User).join(User, is_user)
