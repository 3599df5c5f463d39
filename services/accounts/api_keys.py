"""API keys: `us_<prefix>_<secret>`, a format that scanners for leaked secrets can find."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import models
from models import Role, UserKind
from services.accounts.login import AuthenticatedLogin, AuthenticationFailed
from services.accounts.store import AccountStore
from services.principal import Principal
from storage.transactions import TenantDatabase

KEY_PREFIX = "us_"
KEY_FORMAT = re.compile(r"us_([0-9a-f]{12})_[0-9a-f]{64}", re.ASCII)
#: Each use updates the row of the key. A write for every request would serialize its callers.
USE_RECORDED_EVERY = timedelta(minutes=1)

UNKNOWN_KEY = "The API key is unknown here."


class AccountNotFound(Exception):
    """No account has that name or external id."""


class AmbiguousAccountName(Exception):
    """Names of accounts are not unique: two of them match."""


class ApiKeyNotFound(Exception):
    """No key has that prefix."""


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """The only place where the whole key exists: the database stores its hash."""

    key: str
    prefix: str

    def __repr__(self) -> str:
        return f"NewApiKey({self.prefix})"


@dataclass(frozen=True, slots=True)
class ApiKeyStatus:
    """A key as the operator sees it."""

    visible_prefix: str
    user_name: str
    account_name: str
    role: Role
    last_used_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None


def generate_key() -> NewApiKey:
    """A random key; only its prefix is stored in plain text."""
    prefix = secrets.token_hex(6)
    return NewApiKey(f"{KEY_PREFIX}{prefix}_{secrets.token_hex(32)}", prefix)


def hash_key(key: str) -> str:
    """A key is 256 random bits, so a plain hash is sufficient: see ADR 12."""
    return hashlib.sha256(key.encode()).hexdigest()


async def login_by_key(database: TenantDatabase, key: str) -> AuthenticatedLogin:
    """Raises AuthenticationFailed."""
    key_format = KEY_FORMAT.fullmatch(key)
    if key_format is None:
        raise AuthenticationFailed(UNKNOWN_KEY)
    async with database.orm_read_transaction() as db:
        found = await AccountStore(db).find_key(key_format[1])
    if found is None or not hmac.compare_digest(found[0].secret_hash, hash_key(key)):
        raise AuthenticationFailed(UNKNOWN_KEY)
    row, user = found
    check_active(row, user)
    if row.last_used_at is None or row.last_used_at < datetime.now(UTC) - USE_RECORDED_EVERY:
        async with database.orm_transaction() as db:
            await AccountStore(db).record_key_use(row, USE_RECORDED_EVERY)
    return AuthenticatedLogin(
        Principal(user.id, user.account_id, user.role), row.expires_at, row.id
    )


def check_active(row: models.ApiKey, user: models.User) -> None:
    """Raises AuthenticationFailed for a revoked or expired key and for a deactivated user."""
    name = f"{KEY_PREFIX}{row.prefix}"
    if row.revoked_at is not None:
        raise AuthenticationFailed(f"The API key {name} is revoked.")
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        raise AuthenticationFailed(f"The API key {name} has expired.")
    if user.deactivated_at is not None:
        raise AuthenticationFailed(f"The user of the API key {name} is deactivated.")


async def create_key(
    database: TenantDatabase,
    name: str,
    role: Role,
    *,
    account_name: str | None,
    default_account: str,
    expires_at: datetime | None,
) -> NewApiKey:
    """Create a key and the user that it acts as; `name` appears in the history of sessions.

    Raises AccountNotFound, AmbiguousAccountName.
    """
    new = generate_key()
    async with database.orm_transaction() as db:
        store = AccountStore(db)
        account = await find_account(store, account_name, default_account)
        user = models.User(
            account_id=account.id,
            name=name,
            email=f"{KEY_PREFIX}{new.prefix}@key.invalid",
            role=role,
            kind=UserKind.MACHINE,
        )
        key = models.ApiKey(
            account_id=account.id,
            prefix=new.prefix,
            secret_hash=hash_key(new.key),
            expires_at=expires_at,
        )
        await store.create_key(user, key)
    return new


async def find_account(
    store: AccountStore, name: str | None, default_account: str
) -> models.Account:
    """The account of that name. Only the default account is created if it does not exist.

    Raises AccountNotFound, AmbiguousAccountName.
    """
    if name is None or name == default_account:
        return await store.get_or_create_account(default_account)
    found = await store.find_accounts(name)
    if not found:
        raise AccountNotFound(f"There is no account {name!r}.")
    if len(found) > 1:
        raise AmbiguousAccountName(f"More than one account is named {name!r}.")
    return found[0]


async def revoke_key(database: TenantDatabase, prefix_or_key: str) -> str:
    """Revoke a key, and return its visible prefix. Raises ApiKeyNotFound.

    A prefix may be given with or without `us_`.
    """
    prefix = prefix_or_key.removeprefix(KEY_PREFIX).split("_")[0]
    async with database.orm_transaction() as db:
        if not await AccountStore(db).revoke_key(prefix):
            raise ApiKeyNotFound("There is no key with that prefix. See: sessions keys list")
    return f"{KEY_PREFIX}{prefix}"


async def list_keys(database: TenantDatabase) -> list[ApiKeyStatus]:
    """Every key, the oldest first."""
    async with database.orm_read_transaction() as db:
        keys = await AccountStore(db).list_keys()
    return [
        ApiKeyStatus(
            f"{KEY_PREFIX}{key.prefix}",
            user.name,
            account_name,
            user.role,
            key.last_used_at,
            key.expires_at,
            key.revoked_at,
        )
        for key, user, account_name in keys
    ]
