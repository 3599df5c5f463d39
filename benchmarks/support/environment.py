"""The environment of a server under test: a durable PostgreSQL and an LLM provider."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from benchmarks.support.timestamp_provider import run_timestamp_provider
from server.embedded_postgres import embedded_server
from tests.server_process import run

DATABASE_NAME = "bench"


PRELOAD = "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'"


@contextmanager
def run_database(*, counts_statements: bool = False) -> Iterator[embedded_server.EmbeddedServer]:
    """A PostgreSQL server with an empty database, if asked with `pg_stat_statements`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        # PostgreSQL does not run as root: another user must be able to enter the folder.
        folder.chmod(0o755)
        if counts_statements:
            with embedded_server.run_embedded_server(folder / "data") as server:
                fetch_rows(server.dsn("postgres"), PRELOAD)
        with embedded_server.run_embedded_server(folder / "data") as server:
            embedded_server.ensure_database(server, DATABASE_NAME)
            if counts_statements:
                fetch_rows(server.dsn(DATABASE_NAME), "CREATE EXTENSION pg_stat_statements")
            yield server


@contextmanager
def run_environment(*, counts_statements: bool = False) -> Iterator[dict[str, str]]:
    """Run PostgreSQL and a provider; yields the settings for a server that uses them."""
    with (
        run_database(counts_statements=counts_statements) as postgres,
        run_timestamp_provider() as provider,
    ):
        url = postgres.dsn(DATABASE_NAME)
        run("migrate", DATABASE_URL=url).check_returncode()
        yield {
            "DATABASE_URL": url,
            "ANTHROPIC_API_KEY": "a key",
            "ANTHROPIC_BASE_URL": provider,
            "SESSIONS_LOG_LEVEL": "warning",
            "SESSIONS_MAX_SUBSCRIPTIONS": "10000",
            "SESSIONS_MAX_USER_WEBSOCKETS": "10000",
            "SESSIONS_MAX_WEBSOCKETS": "10000",
            "SESSIONS_MAX_MESSAGES_PER_MINUTE": "1000000",
        }


def fetch_rows(dsn: str, statement: str) -> list[asyncpg.Record]:
    """Run one statement on a connection of its own."""

    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(dsn)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    return asyncio.run(fetch())
