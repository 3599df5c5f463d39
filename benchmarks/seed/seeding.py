"""Fills a database with a history as years of work would have left it.

Sets of rows are made by Postgres itself, a batch of sessions at a time. Foreign keys and triggers
are off meanwhile: what refers to something is made with it, and what triggers count is counted at
the end. All is drawn from hashes, so the same plan makes the same rows in whatever order.
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

from benchmarks.seed.sample_texts import vocabulary
from server.settings import Settings

HERE = Path(__file__).parent
BATCH = 10_000
#: What a session takes on disk with all that belongs to it, its indexes included.
BYTES_A_SESSION = 20_000
#: Identities are given out beforehand, so that they do not depend on which batch is first.
EVENTS_A_SESSION, ANSWERS_A_SESSION = 200, 50

SETTINGS = {
    "session_replication_role": "replica",
    "synchronous_commit": "off",
    "work_mem": "256MB",
    "maintenance_work_mem": "1GB",
    "jit": "off",
    "timezone": "UTC",
    "application_name": "seeding",
}
#: Those that hold to a constraint stay, they are few.
INDEXES = """
SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = ANY(ARRAY['ai_sessions', 'ai_session_steps', 'ai_session_events', 'generations',
        'ledger', 'session_documents', 'session_search']::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
ORDER BY pg_relation_size(i.indrelid) DESC
"""
ABOVE = """
SELECT greatest((SELECT coalesce(max(id), 0) FROM ai_session_events),
    (SELECT coalesce(max(position), 0) FROM generations))
"""
TABLES = "SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = 'public'"

Jobs = Callable[[asyncpg.Connection], Awaitable[Any]]


class NotEmpty(Exception):
    def __init__(self, sessions: int) -> None:
        super().__init__(f"The database holds {sessions:,} sessions already.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be there. `conversations` scales how much longer than the shortest they are."""

    sessions: int
    accounts: int = 200
    seed: int = 1
    days: int = 730
    conversations: float = 1.0
    until: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    def values(self, above: int) -> dict[str, object]:
        words, settings = vocabulary(), Settings()
        return {
            "sessions": self.sessions,
            "accounts": self.accounts,
            "seed": self.seed,
            "days": self.days,
            "conversations": self.conversations,
            "until": self.until.isoformat(),
            "above": above,
            "vocabulary": quoted(json.dumps(words)),
            "account_name": f"'{quoted(settings.account_name)}'",
            "user_name": f"'{quoted(settings.user_name)}'",
            "user_email": f"'{quoted(settings.user_email)}'",
            **{kind: len(words[kind]) for kind in ("said", "answered", "resolved", "reason")},
        }


def quoted(text: str) -> str:
    return text.replace("'", "''")


def show_progress() -> Progress:
    return Progress(
        *Progress.get_default_columns(), MofNCompleteColumn(), console=Console(stderr=True)
    )


async def seed(
    dsn: str,
    plan: Plan,
    *,
    jobs: int = 2,
    into_full: bool = False,
    progress: Progress | None = None,
) -> None:
    """Fill the database with `jobs` connections. Raises NotEmpty, except with `into_full`."""
    progress = progress or Progress(disable=True)
    connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
    try:
        there = await connection.fetchval("SELECT count(*) FROM ai_sessions")
        if there and not into_full:
            raise NotEmpty(there)
        values = plan.values(await connection.fetchval(ABOVE))
        await run(connection, "begin.sql", values)
        async with without_indexes(connection, dsn, jobs, progress, drop=not there):
            await in_batches(dsn, plan, values, jobs, progress)
        counters = progress.add_task("Updating the counters", total=1)
        await run(connection, "end.sql", values)
        progress.advance(counters)
        tables = [row["name"] for row in await connection.fetch(TABLES)]
        vacuum = [f"VACUUM (ANALYZE) {name}" for name in tables]
        await execute_all(dsn, jobs, vacuum, progress, "Vacuuming and analyzing")
    finally:
        await connection.close()


async def run(connection: asyncpg.Connection, name: str, values: dict[str, object]) -> None:
    async with connection.transaction():
        await connection.execute(Template((HERE / name).read_text()).substitute(values))


async def in_batches(
    dsn: str, plan: Plan, values: dict[str, object], jobs: int, progress: Progress
) -> None:
    task = progress.add_task("Creating sessions", total=plan.sessions)

    def batch(low: int) -> Jobs:
        high = min(low + BATCH - 1, plan.sessions)

        async def fill(connection: asyncpg.Connection) -> None:
            await run(connection, "batch.sql", values | {"low": low, "high": high})
            progress.advance(task, high - low + 1)

        return fill

    await shared(dsn, jobs, map(batch, range(1, plan.sessions + 1, BATCH)))


@asynccontextmanager
async def without_indexes(
    connection: asyncpg.Connection, dsn: str, jobs: int, progress: Progress, *, drop: bool
) -> AsyncGenerator[None]:
    """Creating indexes after all rows takes a fraction of the time, and makes them smaller."""
    indexes = await connection.fetch(INDEXES) if drop else []
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

    def execution(statement: str) -> Jobs:
        async def execute(connection: asyncpg.Connection) -> None:
            await connection.execute(statement)
            progress.advance(task)

        return execute

    await shared(dsn, jobs, map(execution, statements))


async def shared(dsn: str, jobs: int, works: Iterable[Jobs]) -> None:
    """Some at a time, each worker with a connection of its own."""
    left = iter(works)

    async def work() -> None:
        connection = await asyncpg.connect(dsn, server_settings=SETTINGS)
        try:
            for each in left:
                await each(connection)
        finally:
            await connection.close()

    async with asyncio.TaskGroup() as workers:
        for _ in range(jobs):
            workers.create_task(work())
