"""Runs the migrations, and checks the revision of a database.

The check does not use Alembic: most starts find the newest revision, and the import of Alembic
takes longer than the rest of the check.
"""

import asyncio
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.migration_rights import require_migration_rights

if TYPE_CHECKING:
    from alembic.config import Config

#: Receives the id of a revision that was applied or reverted.
OnRevision = Callable[[str], None]

HERE = Path(__file__).parent
#: A wheel has the migrations inside this package; in a checkout they are beside it.
SCRIPTS = next(p for p in (HERE / "_migrations", HERE.parent / "alembic") if p.exists())

#: An advisory lock: processes that start at the same time migrate one after the other. They try
#: again and again: a statement that waits would hold a snapshot, and the migration waits for
#: snapshots where it builds an index concurrently.
TRY_LOCK = text("SELECT pg_try_advisory_lock(hashtext('unified-sessions migrations'))")
UNLOCK = text("SELECT pg_advisory_unlock(hashtext('unified-sessions migrations'))")
TRY_LOCK_EVERY = 0.1

HAS_REVISION = text("SELECT to_regclass('alembic_version') IS NOT NULL")
REVISION = text("SELECT version_num FROM alembic_version")


class SchemaOutdated(Exception):
    """The database is not at the newest revision."""

    def __init__(self, current: str | None, head: str) -> None:
        state = f"at revision {current}" if current else "empty"
        super().__init__(
            f"The database is {state}; this version needs {head}. Run: sessions migrate"
        )


class SchemaTooNew(Exception):
    """A newer version has migrated the database: this one does not know its revision."""

    def __init__(self, current: str, head: str) -> None:
        super().__init__(
            f"A newer version has migrated the database to revision {current}; this version knows "
            f"revisions up to {head}. Run the newer version, or go back with it: "
            f"sessions migrate --to {head}"
        )


class MigrationImpossible(Exception):
    """Alembic does not know the revision, or has no path to it."""


@cache
def known_revisions() -> frozenset[str]:
    """The name of a migration's file begins with its revision."""
    return frozenset(path.stem.partition("_")[0] for path in (SCRIPTS / "versions").glob("*.py"))


def head_revision() -> str:
    """The newest revision that this version knows."""
    return max(known_revisions())


def require_known(current: str | None) -> None:
    """Raises SchemaTooNew for the revision of a newer version."""
    if current is not None and current not in known_revisions():
        raise SchemaTooNew(current, head_revision())


def current_revision(connection: Connection) -> str | None:
    """The revision of the database; None if it is empty."""
    if not connection.scalar(HAS_REVISION):
        return None
    revision: str | None = connection.scalar(REVISION)
    return revision


async def upgrade_to_head(engine: AsyncEngine, on_revision: OnRevision | None = None) -> None:
    """Migrate to the newest revision. Does nothing, and loads no Alembic, if it is current."""
    async with engine.connect() as connection:
        current = await connection.run_sync(current_revision)
    if current != head_revision():
        await migrate_to(engine, "head", on_revision)


async def migrate_to(
    engine: AsyncEngine, revision: str, on_revision: OnRevision | None = None
) -> None:
    """Upgrade or downgrade to a revision. `on_revision` is called after each one on the way.

    Each migration is a transaction of its own, or several. After an error the database is at the
    last one that is complete, and the next attempt continues there.

    Raises MigrationImpossible, SchemaTooNew, MigrationRightsMissing, ExtensionsUnavailable.
    """
    async with engine.connect() as connection:
        await acquire_lock(connection)
        try:
            await connection.run_sync(lambda c: run_migration(c, revision, on_revision))
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(UNLOCK)


async def acquire_lock(connection: AsyncConnection) -> None:
    while not await connection.scalar(TRY_LOCK):
        await connection.rollback()
        await asyncio.sleep(TRY_LOCK_EVERY)
    await connection.rollback()


def run_migration(connection: Connection, revision: str, on_revision: OnRevision | None) -> None:
    """Upgrade or downgrade. Raises MigrationImpossible, SchemaTooNew, MigrationRightsMissing,
    ExtensionsUnavailable."""
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = alembic_config(connection, on_revision)
    try:
        current = current_revision(connection)
        require_known(current)
        applied = ScriptDirectory.from_config(config).iterate_revisions(current, "base")
        is_applied = revision in {script.revision for script in applied}
        is_below = revision == "base" or (is_applied and revision != current)
        if not is_below and current != head_revision():
            require_migration_rights(connection)
        migrate = command.downgrade if is_below else command.upgrade
        # Alembic begins and ends the transactions itself, if none is running.
        connection.rollback()
        migrate(config, revision)
    except CommandError as error:
        raise MigrationImpossible(str(error)) from None


def alembic_config(
    connection: Connection | None = None, on_revision: OnRevision | None = None
) -> "Config":
    from alembic.config import Config

    settings = Config(attributes={"connection": connection, "on_revision": on_revision})
    settings.set_main_option("script_location", str(SCRIPTS))
    return settings


async def require_head(engine: AsyncEngine) -> None:
    """Raises SchemaOutdated or SchemaTooNew unless the database is at the newest revision."""
    async with engine.connect() as connection:
        current = await connection.run_sync(current_revision)
    require_known(current)
    if current != head_revision():
        raise SchemaOutdated(current, head_revision())
