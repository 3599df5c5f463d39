"""`python -m benchmarks.migration_locks`: how long a migration keeps others waiting.

Fills a database of its own, then migrates down and up again, while a reader and a writer go over
all tables as fast as they can. Prints the time of each migration, and the longest that a statement
of the two has waited.
"""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from benchmarks.seed.seeding import SeedPlan, seed_database, show_progress
from server import bootstrap
from server.database import open_database
from server.settings import Settings
from storage import migrations
from storage.database_location import DatabaseLocation
from storage.engine import open_owner_engine

TABLES = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


class Watcher:
    """Runs a statement on each table in turn, and keeps the longest time of each."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.longest: dict[str, float] = {}

    async def run(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn, statement_cache_size=0)
        try:
            tables = [row[0] for row in await connection.fetch(TABLES)]
            while True:
                for table in tables:
                    began = time.perf_counter()
                    await connection.execute(self.template.format(table))
                    elapsed = time.perf_counter() - began
                    self.longest[table] = max(elapsed, self.longest.get(table, 0))
        finally:
            connection.terminate()


async def migrate_watched(location: DatabaseLocation, dsn: str, revision: str) -> None:
    watchers = {
        "read": Watcher("SELECT 1 FROM {} LIMIT 1"),
        # Takes the locks of an UPDATE on the table, and changes nothing.
        "write": Watcher("BEGIN; LOCK TABLE {} IN ROW EXCLUSIVE MODE; COMMIT"),
    }
    tasks = [asyncio.create_task(watcher.run(dsn)) for watcher in watchers.values()]
    await asyncio.sleep(1)
    quiet = {name: max(watcher.longest.values()) for name, watcher in watchers.items()}
    for watcher in watchers.values():
        watcher.longest.clear()
    began = time.perf_counter()
    async with open_owner_engine(location.owner_url) as engine:
        await migrations.migrate_to(engine, revision)
    seconds = time.perf_counter() - began
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    print(f"to {revision}: {seconds:.1f} s")
    for name, watcher in watchers.items():
        table, longest = max(watcher.longest.items(), key=lambda each: each[1])
        print(
            f"  longest {name}: {1000 * longest:.0f} ms on {table}"
            f" (before the migration {1000 * quiet[name]:.0f} ms)"
        )


def measure_command(
    sessions: Annotated[int, typer.Option(min=1, help="Sessions to fill in first.")] = 100_000,
    down: Annotated[str, typer.Option(help="Revision to go down to.")] = "0009",
) -> None:
    """Measure the locks of the migrations after a revision."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        settings = Settings(data_dir=Path(folder) / "data", database_url=None)
        with open_database(settings) as location:
            asyncio.run(measure(location, sessions, down))


async def measure(location: DatabaseLocation, sessions: int, down: str) -> None:
    await bootstrap.prepare_database(location)
    owner = location.owner_url.set(drivername="postgresql")
    dsn = owner.render_as_string(hide_password=False)
    with show_progress() as progress:
        await seed_database(dsn, SeedPlan(sessions, 20), progress=progress)
    await migrate_watched(location, dsn, down)
    await migrate_watched(location, dsn, "head")


if __name__ == "__main__":
    typer.run(measure_command)
