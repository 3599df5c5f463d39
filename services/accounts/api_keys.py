"""API keys: `us_<prefix>_<secret>`, a form that scanners for leaked secrets can find."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Role, UserKind
from server.auth.login import AuthenticatedLogin, AuthenticationFailed
from services.principal import Principal
from services.timestamps import utc_now
from storage.tenancy import TenantDatabase

KEY_PREFIX = "us_"
KEY_FORMAT = re.compile(r"us_([0-9a-f]{12})_[0-9a-f]{64}", re.ASCII)
#: Each key is a row of its own: were every use written, its callers would wait for one another.
USE_RECORDED_EVERY = timedelta(minutes=1)

UNKNOWN = "The API key is not known here."


@dataclass(frozen=True, slots=True)
class NewKey:
    """Here alone the whole key is seen."""

    key: str
    prefix: str

    def __repr__(self) -> str:
        return f"NewKey({self.prefix})"


def generate_key() -> NewKey:
    prefix = secrets.token_hex(6)
    return NewKey(f"{KEY_PREFIX}{prefix}_{secrets.token_hex(32)}", prefix)


def hash_key(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def login_by_key(database: TenantDatabase, key: str) -> AuthenticatedLogin:
    """Raises SignInRefused."""
    form = KEY_FORMAT.fullmatch(key)
    if form is None:
        raise AuthenticationFailed(UNKNOWN)
    async with database() as db:
        found = (await db.execute(keys_with_users().where(models.ApiKey.prefix == form[1]))).first()
    if found is None or not hmac.compare_digest(found[0].secret_hash, hash_key(key)):
        raise AuthenticationFailed(UNKNOWN)
    row, user = found
    check_active(row, user)
    if row.last_used_at is None or row.last_used_at < utc_now() - USE_RECORDED_EVERY:
        await record_use(database, row.id)
    return AuthenticatedLogin(
        Principal(user.id, user.account_id, user.role), row.expires_at, row.id
    )


def check_active(row: models.ApiKey, user: models.User) -> None:
    if row.revoked_at is not None:
        raise AuthenticationFailed(f"The API key {KEY_PREFIX}{row.prefix} is revoked.")
    if row.expires_at is not None and row.expires_at <= utc_now():
        raise AuthenticationFailed(f"The API key {KEY_PREFIX}{row.prefix} has expired.")
    if user.deactivated_at is not None:
        raise AuthenticationFailed(
            f"The user of the API key {KEY_PREFIX}{row.prefix} is deactivated."
        )


async def record_use(database: TenantDatabase, key_id: UUID) -> None:
    key = models.ApiKey
    stale = or_(key.last_used_at.is_(None), key.last_used_at < func.now() - USE_RECORDED_EVERY)
    async with database.orm_transaction() as db:
        await db.execute(update(key).where(key.id == key_id, stale).values(last_used_at=func.now()))


async def create_key(
    db: AsyncSession, account_id: UUID, name: str, role: Role, expires_at: datetime | None
) -> NewKey:
    """A key, and the user it acts as: in a session's history its name is seen."""
    new = generate_key()
    user = models.User(
        account_id=account_id,
        name=name,
        email=f"{KEY_PREFIX}{new.prefix}@key.invalid",
        role=role,
        kind=UserKind.MACHINE,
    )
    db.add(user)
    await db.flush()
    db.add(
        models.ApiKey(
            account_id=account_id,
            user_id=user.id,
            prefix=new.prefix,
            secret_hash=hash_key(new.key),
            expires_at=expires_at,
        )
    )
    return new


async def revoke_key(db: AsyncSession, prefix: str) -> bool:
    """Whether there is such a key; one that is revoked stays so since when it was."""
    key = models.ApiKey
    found = await db.scalars(
        update(key)
        .where(key.prefix == prefix)
        .values(revoked_at=func.coalesce(key.revoked_at, func.now()))
        .returning(key.id)
    )
    return found.first() is not None


async def list_keys(db: AsyncSession) -> Sequence[Row[models.ApiKey, models.User, str]]:
    """Every key with its user and the name of its account, the oldest first."""
    rows = await db.execute(
        keys_with_users()
        .add_columns(models.Account.name)
        .join(models.Account, models.Account.id == models.ApiKey.account_id)
        .order_by(models.ApiKey.created_at, models.ApiKey.id)
    )
    return rows.all()


def keys_with_users() -> Select[models.ApiKey, models.User]:
    return select(models.ApiKey, models.User).join(
        models.User, models.User.id == models.ApiKey.user_id
    )


def parse_prefix(text: str) -> str:
    """The prefix of a key that is named by it, with or without `us_`, or in full."""
    return text.removeprefix(KEY_PREFIX).split("_")[0]
