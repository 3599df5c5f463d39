"""What servers to be measured need: a durable PostgreSQL, and a provider. Gone with the block."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from benchmarks.support.timestamp_provider import providing
from server.embedded_postgres import embedded_server
from tests.server_process import run

NAME = "bench"


PRELOAD = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"


@contextmanager
def database(*, counting: bool = False) -> Iterator[embedded_server.EmbeddedServer]:
    """With an empty database `NAME`; where it counts statements, in `pg_stat_statements`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        # For root, PostgreSQL runs as somebody else.
        folder.chmod(0o755)
        if counting:
            with embedded_server.run_server(folder / "data") as server:
                fetched(server.dsn("postgres"), PRELOAD)
        with server.running(folder / "data") as server:
            server.ensure_database(server, NAME)
            if counting:
                fetched(server.dsn(NAME), "CREATE EXTENSION pg_stat_statements")
            yield server


@contextmanager
def surroundings(*, counting: bool = False) -> Iterator[dict[str, str]]:
    """Settings of servers that have both."""
    with database(counting=counting) as postgres, providing() as provider:
        url = postgres.dsn(NAME)
        run("migrate", DATABASE_URL=url).check_returncode()
        yield {
            "DATABASE_URL": url,
            "ANTHROPIC_API_KEY": "a key",
            "ANTHROPIC_BASE_URL": provider,
            "SESSIONS_LOG_LEVEL": "warning",
            "SESSIONS_MAX_SUBSCRIPTIONS": "10000",
        }


def fetched(dsn: str, statement: str) -> list[asyncpg.Record]:
    """What a statement of the benchmark's own gives."""

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())
