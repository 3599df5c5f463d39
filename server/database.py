"""Where the data is: an embedded Postgres, or the one that DATABASE_URL names."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from server.embedded_postgres import embedded_server
from server.settings import Settings

NAME = "sessions"


class DatabaseUrlInvalid(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(f"DATABASE_URL {why} Expected postgresql://user:password@host:port/name.")


@dataclass(frozen=True, slots=True)
class Database:
    """`place` says where it is, for people, without any password. The server works by `url`;
    whom `owner_url` names owns the tables, and changes the schema."""

    url: URL
    owner_url: URL
    place: str
    is_embedded: bool


@contextmanager
def opened(settings: Settings) -> Generator[Database]:
    """The database as long as the block runs; an embedded one is started and stopped with it."""
    if settings.database_url is not None:
        url = parsed(settings.database_url.get_secret_value())
        owner = settings.owner_database_url
        owner_url = parsed(owner.get_secret_value()) if owner else url
        # A password may also stand in its query.
        place = url.set(drivername="postgresql", query={}).render_as_string()
        yield Database(url, owner_url, place, False)
        return
    with embedded_server.run_server(settings.data_dir) as server:
        embedded_server.ensure_database(server, NAME)
        yield at_embedded(server, NAME)


def at_embedded(server: embedded_server.EmbeddedServer, name: str) -> Database:
    """A database of an embedded server, which lets nobody in who is not on this machine."""
    return Database(
        make_url(server.url(name, embedded_server.SERVER_ROLE)),
        make_url(server.url(name)),
        f"embedded, its files are in {server.data_dir}",
        True,
    )


def parsed(text: str) -> URL:
    """Raises DatabaseUrlInvalid, without the text: it may hold a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise DatabaseUrlInvalid("cannot be read.") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise DatabaseUrlInvalid(f"names {url.get_backend_name()!r}; this needs PostgreSQL.")
    return url.set(drivername="postgresql+asyncpg")
