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
from server.auth.login import Login, SignInRefused
from services.principal import Principal
from services.timestamps import now
from storage.tenancy import Sessions

MARK = "us_"
FORM = re.compile(r"us_([0-9a-f]{12})_[0-9a-f]{64}", re.ASCII)
#: Each key is a row of its own: were every use written, its callers would wait for one another.
NOTED_EVERY = timedelta(minutes=1)

UNKNOWN = "The API key is not known here."


@dataclass(frozen=True, slots=True)
class NewKey:
    """Here alone the whole key is seen."""

    key: str
    prefix: str

    def __repr__(self) -> str:
        return f"NewKey({self.prefix})"


def generated() -> NewKey:
    prefix = secrets.token_hex(6)
    return NewKey(f"{MARK}{prefix}_{secrets.token_hex(32)}", prefix)


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


async def login(database: Sessions, key: str) -> Login:
    """Raises SignInRefused."""
    form = FORM.fullmatch(key)
    if form is None:
        raise SignInRefused(UNKNOWN)
    async with database() as db:
        found = (await db.execute(with_user().where(models.ApiKey.prefix == form[1]))).first()
    if found is None or not hmac.compare_digest(found[0].secret_hash, hashed(key)):
        raise SignInRefused(UNKNOWN)
    row, user = found
    refuse_ended(row, user)
    if row.last_used_at is None or row.last_used_at < now() - NOTED_EVERY:
        await note_use(database, row.id)
    return Login(Principal(user.id, user.account_id, user.role), row.expires_at, row.id)


def refuse_ended(row: models.ApiKey, user: models.User) -> None:
    if row.revoked_at is not None:
        raise SignInRefused(f"The API key {MARK}{row.prefix} is revoked.")
    if row.expires_at is not None and row.expires_at <= now():
        raise SignInRefused(f"The API key {MARK}{row.prefix} has expired.")
    if user.deactivated_at is not None:
        raise SignInRefused(f"The user of the API key {MARK}{row.prefix} is deactivated.")


async def note_use(database: Sessions, key_id: UUID) -> None:
    key = models.ApiKey
    stale = or_(key.last_used_at.is_(None), key.last_used_at < func.now() - NOTED_EVERY)
    async with database.begin() as db:
        await db.execute(update(key).where(key.id == key_id, stale).values(last_used_at=func.now()))


async def create(
    db: AsyncSession, account_id: UUID, name: str, role: Role, expires_at: datetime | None
) -> NewKey:
    """A key, and the user it acts as: in a session's history its name is seen."""
    new = generated()
    user = models.User(
        account_id=account_id,
        name=name,
        email=f"{MARK}{new.prefix}@key.invalid",
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
            secret_hash=hashed(new.key),
            expires_at=expires_at,
        )
    )
    return new


async def revoke(db: AsyncSession, prefix: str) -> bool:
    """Whether there is such a key; one that is revoked stays so since when it was."""
    key = models.ApiKey
    found = await db.scalars(
        update(key)
        .where(key.prefix == prefix)
        .values(revoked_at=func.coalesce(key.revoked_at, func.now()))
        .returning(key.id)
    )
    return found.first() is not None


async def listed(db: AsyncSession) -> Sequence[Row[models.ApiKey, models.User, str]]:
    """Every key with its user and the name of its account, the oldest first."""
    rows = await db.execute(
        with_user()
        .add_columns(models.Account.name)
        .join(models.Account, models.Account.id == models.ApiKey.account_id)
        .order_by(models.ApiKey.created_at, models.ApiKey.id)
    )
    return rows.all()


def with_user() -> Select[models.ApiKey, models.User]:
    return select(models.ApiKey, models.User).join(
        models.User, models.User.id == models.ApiKey.user_id
    )


def prefix_in(text: str) -> str:
    """The prefix of a key that is named by it, with or without `us_`, or in full."""
    return text.removeprefix(MARK).split("_")[0]
