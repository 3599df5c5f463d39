"""What the commands of `sessions keys` do, in a transaction each."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Role
from server import database
from server.cli import main
from server.runner import exit_on_expected_error, exit_with_error
from server.settings import Settings
from services.accounts import api_keys
from services.accounts.local_user import get_or_create_account
from services.timestamps import utc_now
from storage import migrations
from storage.tenancy import DatabaseRole, Tenancy

HEADINGS = ("PREFIX", "NAME", "ACCOUNT", "ROLE", "LAST USED", "ENDS")

T = TypeVar("T")


def create(name: str, role: str, expires_in: timedelta | None, account: str | None) -> str:
    """The new key."""
    if not 0 < len(name) <= 255 or not name.isprintable():
        exit_with_error("A key needs a name of 1 to 255 characters.")
    settings = main.settings()
    expires_at = utc_now() + expires_in if expires_in else None

    async def made(db: AsyncSession) -> api_keys.NewKey:
        owner = await the_account(db, settings, account)
        return await api_keys.create_key(db, owner.id, name, Role(role), expires_at)

    return in_database(settings, made).key


async def the_account(db: AsyncSession, settings: Settings, name: str | None) -> models.Account:
    """The one that is named; only the settings' own is made where it is missing."""
    if name is None or name == settings.account_name:
        return await get_or_create_account(db, settings.account_name)
    account = models.Account
    called = or_(account.name == name, account.external_id == name)
    found = (await db.scalars(select(account).where(called).limit(2))).all()
    if not found:
        exit_with_error(f"There is no account {name!r}.")
    if len(found) > 1:
        exit_with_error(f"More than one account is called {name!r}.")
    return found[0]


def listed() -> list[str]:
    """A table."""
    found = in_database(main.settings(), api_keys.list_keys)
    if not found:
        return ["There are no keys. Make one: sessions keys create --name NAME"]
    return table([HEADINGS, *(described(key, user, account) for key, user, account in found)])


def described(key: models.ApiKey, user: models.User, account: str) -> tuple[str, ...]:
    prefix = f"{api_keys.KEY_PREFIX}{key.prefix}"
    return (prefix, user.name, account, user.role, moment(key.last_used_at), end(key))


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"


def end(key: models.ApiKey) -> str:
    if key.revoked_at is not None:
        return f"revoked {moment(key.revoked_at)}"
    if key.expires_at is not None and key.expires_at <= utc_now():
        return f"expired {moment(key.expires_at)}"
    return moment(key.expires_at)


def revoke(named: str) -> str:
    """What of the key is visible."""
    prefix = api_keys.parse_prefix(named)

    async def revoked(db: AsyncSession) -> bool:
        return await api_keys.revoke_key(db, prefix)

    if not in_database(main.settings(), revoked):
        exit_with_error("There is no key with that prefix. See: sessions keys list")
    return f"{api_keys.KEY_PREFIX}{prefix}"


def in_database(settings: Settings, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """What `work` gives; a trouble ends the program with a sentence."""

    async def done(place: database.Database) -> T:
        async with database.owning(place) as engine:
            await migrations.require_head(engine)
        async with (
            database.connected(place, DatabaseRole.KEEPER) as engine,
            Tenancy(engine).system.orm_transaction() as db,
        ):
            return await work(db)

    with exit_on_expected_error(), database.opened(settings) as place:
        return asyncio.run(done(place))
