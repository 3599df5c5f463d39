"""The work of `sessions keys`: each command opens the database for one transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import typer

from models import Role
from server import database
from server.bootstrap import ensure_schema
from server.cli.options import load_settings
from server.cli.tables import print_table
from server.expected_errors import exit_on_expected_error, exit_with_error
from server.settings import Settings
from services.accounts import api_keys
from services.accounts.api_keys import ApiKeyStatus
from storage.database_location import DatabaseLocation
from storage.engine import open_role_engine
from storage.transactions import DatabaseRole, Tenancy, TenantDatabase

HEADINGS = ("PREFIX", "NAME", "ACCOUNT", "ROLE", "LAST USED", "EXPIRES")

T = TypeVar("T")


def create_api_key(
    name: str, role: str, expires_in: timedelta | None, account_name: str | None
) -> str:
    """The new key, in full."""
    if not 0 < len(name) <= 255 or not name.isprintable():
        exit_with_error("A key needs a name of 1 to 255 printable characters.")
    settings = load_settings()
    expires_at = datetime.now(UTC) + expires_in if expires_in else None
    create = partial(
        api_keys.create_key,
        name=name,
        role=Role(role),
        account_name=account_name,
        default_account=settings.account_name,
        expires_at=expires_at,
    )
    return run_in_database(settings, create).key


def print_api_keys() -> None:
    keys = run_in_database(load_settings(), api_keys.list_keys)
    if keys:
        print_table(HEADINGS, map(key_row, keys))
    else:
        typer.echo("There are no keys. Create one: sessions keys create --name NAME")


def key_row(key: ApiKeyStatus) -> tuple[str, ...]:
    return (
        key.visible_prefix,
        key.user_name,
        key.account_name,
        key.role,
        format_time(key.last_used_at),
        format_expiry(key),
    )


def format_time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"


def format_expiry(key: ApiKeyStatus) -> str:
    if key.revoked_at is not None:
        return f"revoked {format_time(key.revoked_at)}"
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        return f"expired {format_time(key.expires_at)}"
    return format_time(key.expires_at)


def revoke_api_key(prefix_or_key: str) -> str:
    """The visible prefix of the revoked key."""
    revoke = partial(api_keys.revoke_key, prefix_or_key=prefix_or_key)
    return run_in_database(load_settings(), revoke)


def run_in_database(settings: Settings, operation: Callable[[TenantDatabase], Awaitable[T]]) -> T:
    """The result of `operation`. An expected error ends the program with its message."""
    with exit_on_expected_error(), database.open_database(settings) as location:
        return asyncio.run(run_as_system(location, operation))


async def run_as_system(
    location: DatabaseLocation, operation: Callable[[TenantDatabase], Awaitable[T]]
) -> T:
    """Raises SchemaOutdated."""
    await ensure_schema(location)
    async with open_role_engine(location.url, DatabaseRole.KEEPER) as engine:
        return await operation(Tenancy(engine).system)
