"""Fills a database with sessions as years of use would leave them.

Postgres generates the rows itself, one batch of sessions per transaction. Foreign keys and triggers
are disabled meanwhile: a batch contains the rows that it refers to, and the last step updates the
counters that triggers maintain. All values come from hashes, so that the same plan makes the same
rows in any order of batches.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import Any

import asyncpg
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from benchmarks.seed.sample_texts import build_vocabulary
from server.settings import Settings

TEMPLATE_FOLDER = Path(__file__).parent
BATCH_SIZE = 10_000
#: Disk space of a session with all its rows and index entries.
BYTES_PER_SESSION = 20_000
#: Each session has a reserved range of ids, so that ids do not depend on the order of batches.
EVENTS_PER_SESSION, ANSWERS_PER_SESSION = 200, 50

SETTINGS = {
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "application_name": "seeding",
}
#: Indexes that are dropped while rows are inserted; the few indexes of constraints stay.
SELECT_INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(ARRAY['ai_sessions', 'ai_session_steps', 'ai_session_events', 'generations',
        'ledger', 'session_documents', 'session_search']::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
ORDER BY pg_relation_size(i.indrelid) DESC
"""
SELECT_HIGHEST_ID = """
SELECT greatest((SELECT coalesce(max(id), 0) FROM ai_session_events),
    (SELECT coalesce(max(position), 0) FROM generations))
"""
SELECT_TABLES = "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'"

ConnectionTask = Callable[[asyncpg.Connection], Awaitable[Any]]


class DatabaseNotEmptyError(Exception):
    def __init__(self, sessions: int) -> None:
        super().__init__(f"The database holds {sessions:,} sessions already.")


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """The size of the seeded history. `conversations` scales the length beyond the shortest."""

    sessions: int
    accounts: int = 200
    seed: int = 1
    days: int = 730
    conversations: float = 1.0
    until: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def template_values(self, above: int) -> dict[str, object]:
        words, settings = build_vocabulary(), Settings()
        return {
            "sessions": self.sessions,
            "accounts": self.accounts,
            "seed": self.seed,
            "days": self.days,
            "conversations": self.conversations,
            "until": self.until.isoformat(),
            "above": above,
            "vocabulary": escape_quotes(json.dumps(words)),
            "account_name": f"'{escape_quotes(settings.account_name)}'",
            "user_name": f"'{escape_quotes(settings.user_name)}'",
            "user_email": f"'{escape_quotes(settings.user_email)}'",
            **{kind: len(words[kind]) for kind in ("said", "answered", "resolved", "reason")},
        }


def escape_quotes(text: str) -> str:
    return text.replace("'", "''")


def show_progress() -> Progress:
    return Progress(
        *Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True)
    )


async def seed_database(
    dsn: str,
    plan: SeedPlan,
    *,
    jobs: int = 2,
    allow_nonempty: bool = False,
    progress: Progress | None = None,
) -> None:
    """Raises DatabaseNotEmptyError for a database with sessions unless `allow_nonempty`."""
    progress = progress or Progress(disable=True)
    connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
    try:
        existing = await connection.fetchval("SELECT count(*) FROM ai_sessions")
        if existing and not allow_nonempty:
            raise DatabaseNotEmptyError(existing)
        values = plan.template_values(await connection.fetchval(SELECT_HIGHEST_ID))
        await run_template(connection, "begin.sql", values)
        async with without_indexes(connection, dsn, jobs, progress, drop=not existing):
            await insert_batches(dsn, plan, values, jobs, progress)
        counters = progress.add_task("Updating the counters", total=1)
        await run_template(connection, "end.sql", values)
        progress.advance(counters)
        tables = [row["name"] for row in await connection.fetch(SELECT_TABLES)]
        vacuum = [f"VACUUM (ANALYZE) {name}" for name in tables]
        await execute_all(dsn, jobs, vacuum, progress, "Vacuuming and analyzing")
    finally:
        await connection.close()


async def run_template(
    connection: asyncpg.Connection, name: str, values: dict[str, object]
) -> None:
    async with connection.transaction():
        await connection.execute(Template((TEMPLATE_FOLDER / name).read_text()).substitute(values))


async def insert_batches(
    dsn: str, plan: SeedPlan, values: dict[str, object], jobs: int, progress: Progress
) -> None:
    task = progress.add_task("Creating sessions", total=plan.sessions)

    def batch(low: int) -> ConnectionTask:
        high = min(low + BATCH_SIZE - 1, plan.sessions)

        async def fill(connection: asyncpg.Connection) -> None:
            await run_template(connection, "batch.sql", values | {"low": low, "high": high})
            progress.advance(task, high - low + 1)

        return fill

    await run_on_workers(dsn, jobs, map(batch, range(1, plan.sessions + 1, BATCH_SIZE)))


@asynccontextmanager
async def without_indexes(
    connection: asyncpg.Connection, dsn: str, jobs: int, progress: Progress, *, drop: bool
) -> AsyncGenerator[None]:
    """Creating indexes after all rows takes a fraction of the time, and makes them smaller."""
    indexes = await connection.fetch(SELECT_INDEXES) if drop else []
    for index in indexes:
        await connection.execute(f'DROP INDEX "{index["name"]}"')
    try:
        yield
    finally:
        statements = [index["definition"] for index in indexes]
        await execute_all(dsn, jobs, statements, progress, "Creating indexes")


async def execute_all(
    dsn: str, jobs: int, statements: list[str], progress: Progress, description: str
) -> None:
    task = progress.add_task(description, total=len(statements))

    def execution(statement: str) -> ConnectionTask:
        async def execute(connection: asyncpg.Connection) -> None:
            await connection.execute(statement)
            progress.advance(task)

        return execute

    await run_on_workers(dsn, jobs, map(execution, statements))


async def run_on_workers(dsn: str, jobs: int, tasks: Iterable[ConnectionTask]) -> None:
    """Run the tasks with `jobs` workers, each with its own connection."""
    remaining = iter(tasks)

    async def work() -> None:
        connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
        try:
            for task in remaining:
                await task(connection)
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as workers:
        for _ in range(jobs):
            workers.create_task(work())
