"""Opens the database of an installation: the one in DATABASE_URL, or an embedded PostgreSQL."""

from collections.abc import Generator
from contextlib import contextmanager

from server.embedded_postgres import embedded_server
from server.settings import Settings
from storage.database_location import DatabaseLocation

DATABASE_NAME = "sessions"


@contextmanager
def open_database(settings: Settings, *, restarts: bool = False) -> Generator[DatabaseLocation]:
    """An embedded PostgreSQL runs as long as the block, and `restarts` if it dies.

    Raises InvalidDatabaseUrl, EmbeddedPostgresUnavailable.
    """
    if settings.database_url is not None:
        owner = settings.owner_database_url
        yield DatabaseLocation.external(
            settings.database_url.get_secret_value(), owner.get_secret_value() if owner else None
        )
        return
    with embedded_server.run_embedded_server(settings.data_dir, restarts=restarts) as server:
        embedded_server.ensure_database(server, DATABASE_NAME)
        yield embedded_location(server, DATABASE_NAME)


def embedded_location(server: embedded_server.EmbeddedServer, name: str) -> DatabaseLocation:
    """A database of an embedded server, which accepts connections of this machine only."""
    return DatabaseLocation.embedded(
        server.url(name, embedded_server.SERVER_ROLE),
        server.url(name),
        f"embedded, data directory {server.data_dir}",
    )
