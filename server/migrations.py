"""Running and checking the migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

HERE = Path(__file__).parent
#: In a wheel the migrations travel inside this package, in a checkout they stand beside it.
SCRIPTS = next(p for p in (HERE / "_migrations", HERE.parent / "alembic") if p.exists())

#: Processes that start together migrate one after the other.
LOCK = text("SELECT pg_advisory_xact_lock(hashtext('unified-sessions migrations'))")


class SchemaOutdated(Exception):
    def __init__(self, current: str | None, head: str) -> None:
        stands = f"at revision {current}" if current else "empty"
        super().__init__(
            f"The database is {stands}; this version needs {head}. Run: sessions migrate"
        )


def config(connection: Connection | None = None) -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.attributes["connection"] = connection
    return settings


def head() -> str:
    return scripts().get_current_head() or ""


def current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    await move(engine, revision)


async def move(engine: AsyncEngine, revision: str) -> None:
    """Go to a revision, up or down."""
    async with engine.begin() as connection:
        await connection.execute(LOCK)
        await connection.run_sync(lambda c: step(c, revision))


def step(connection: Connection, revision: str) -> None:
    stands = current(connection)
    above = {script.revision for script in scripts().iterate_revisions(stands, "base")}
    is_below = revision == "base" or (revision in above and revision != stands)
    go = command.downgrade if is_below else command.upgrade
    go(config(connection), revision)


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


async def check(engine: AsyncEngine) -> None:
    """Raises SchemaOutdated unless the database is at the newest revision."""
    async with engine.connect() as connection:
        stands = await connection.run_sync(current)
    if stands != head():
        raise SchemaOutdated(stands, head())
