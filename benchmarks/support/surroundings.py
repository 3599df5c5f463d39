"""What servers to be measured need: a durable PostgreSQL, and a provider. Gone with the block."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.support.provider import providing
from server import embedded
from tests.served import run

NAME = "bench"


@contextmanager
def database() -> Iterator[embedded.EmbeddedServer]:
    """With an empty database `NAME`."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        # For root, PostgreSQL runs as somebody else.
        folder.chmod(0o755)
        with embedded.running(folder / "data") as server:
            embedded.ensure_database(server, NAME)
            yield server


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """Settings of servers that have both."""
    with database() as postgres, providing() as provider:
        url = postgres.dsn(NAME)
        run("migrate", DATABASE_URL=url).check_returncode()
        yield {
            "DATABASE_URL": url,
            "ANTHROPIC_API_KEY": "a key",
            "ANTHROPIC_BASE_URL": provider,
            "SESSIONS_LOG_LEVEL": "warning",
            "SESSIONS_MAX_SUBSCRIPTIONS": "10000",
        }
