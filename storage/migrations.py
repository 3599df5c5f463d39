"""Running and checking the migrations.

Most starts find the schema as it has to be. Alembic, whose import takes longer than all else of a
check, is there for those that do not.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

#: Receives the id of a revision that was applied or reverted.
OnRevision = Callable[[str], None]

HERE = Path(__file__).parent
#: In a wheel the migrations travel inside this package, in a checkout they stand beside it.
SCRIPTS = next(p for p in (HERE / "_migrations", HERE.parent / "alembic") if p.exists())

#: Processes that start together migrate one after the other.
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('unified-sessions migrations'))")

IS_THERE = text("SELECT to_regclass('alembic_version') IS NOT NULL")
CURRENT = text("SELECT version_num FROM alembic_version")


class SchemaOutdated(Exception):
    def __init__(self, current: str | None, head: str) -> None:
        stands = f"at revision {current}" if current else "empty"
        super().__init__(
            f"The database is {stands}; this version needs {head}. Run: sessions migrate"
        )


class MigrationImpossible(Exception):
    """What Alembic says of a revision that is not there, or not to be reached."""


@cache
def head_revision() -> str:
    """The newest revision: their files begin with their numbers."""
    return max(path.stem.partition("_")[0] for path in (SCRIPTS / "versions").glob("*.py"))


def current_revision(connection: Connection) -> str | None:
    if not connection.scalar(IS_THERE):
        return None
    revision: str | None = connection.scalar(CURRENT)
    return revision


async def upgrade_to_head(engine: AsyncEngine, on_revision: OnRevision | None = None) -> None:
    """Migrate to the newest revision. Does nothing, and loads no Alembic, if it is current."""
    async with engine.connect() as connection:
        stands = await connection.run_sync(current_revision)
    if stands != head_revision():
        await migrate_to(engine, "head", on_revision)


async def migrate_to(
    engine: AsyncEngine, revision: str, on_revision: OnRevision | None = None
) -> None:
    """Upgrade or downgrade to a revision. `on_revision` is called after each one on the way.

    Raises MigrationImpossible.
    """
    async with engine.begin() as connection:
        await connection.execute(LOCK)
        await connection.run_sync(lambda c: run_migration(c, revision, on_revision))


def run_migration(
    connection: Connection, revision: str, on_revision: OnRevision | None = None
) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        stands = current_revision(connection)
        above = {script.revision for script in script_directory().iterate_revisions(stands, "base")}
        is_below = revision == "base" or (revision in above and revision != stands)
        go = command.downgrade if is_below else command.upgrade
        go(alembic_config(connection, on_revision), revision)
    except CommandError as error:
        raise MigrationImpossible(str(error)) from None


def alembic_config(
    connection: Connection | None = None, on_revision: OnRevision | None = None
) -> "Config":
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.attributes["connection"] = connection
    settings.attributes["on_revision"] = on_revision
    return settings


def script_directory() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config())


async def require_head(engine: AsyncEngine) -> None:
    """Raises SchemaOutdated unless the database is at the newest revision."""
    async with engine.connect() as connection:
        stands = await connection.run_sync(current_revision)
    if stands != head_revision():
        raise SchemaOutdated(stands, head_revision())
