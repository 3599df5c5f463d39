"""Where the data is: an embedded Postgres, or the one that DATABASE_URL names."""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from weakref import WeakSet

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from server import embedded
from server.settings import Settings

NAME = "sessions"
APPLICATION = "unified-sessions"


class DatabaseUrlInvalid(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(f"DATABASE_URL {why} Expected postgresql://user:password@host:port/name.")


@dataclass(frozen=True, slots=True)
class Database:
    """`place` says where it is, for people, without any password."""

    url: URL
    place: str
    is_embedded: bool


@contextmanager
def opened(settings: Settings) -> Generator[Database]:
    """The database as long as the block runs; an embedded one is started and stopped with it."""
    if settings.database_url is not None:
        url = parsed(settings.database_url.get_secret_value())
        yield Database(url, url.set(drivername="postgresql").render_as_string(), False)
        return
    with embedded.running(settings.data_dir) as server:
        embedded.ensure_database(server, NAME)
        yield Database(
            make_url(server.url(NAME)), f"embedded, its files are in {server.data_dir}", True
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


@asynccontextmanager
async def connected(
    database: Database, *, pool_size: int = 1, autocommit: bool = False
) -> AsyncGenerator[AsyncEngine]:
    """An engine for as long as the block runs, and none of its connections for longer."""
    made: WeakSet[asyncpg.Connection] = WeakSet()

    async def connect() -> asyncpg.Connection:
        connection = await driver_connection(database.url, jit="off")
        made.add(connection)
        return connection

    engine = create_async_engine(
        database.url,
        async_creator=connect,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        isolation_level="AUTOCOMMIT" if autocommit else "READ COMMITTED",
    )
    try:
        yield engine
    finally:
        await engine.dispose()
        # A task that is cancelled while it connects leaves a connection that no pool knows of.
        for connection in made:
            connection.terminate()


async def driver_connection(url: URL, **settings: str) -> asyncpg.Connection:
    """Outside of any pool, with settings of the Postgres session."""
    return await asyncpg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        server_settings={"application_name": APPLICATION} | settings,
    )


def sessionmaker(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Hands out short sessions: `.begin()` to write, calling it to read."""
    return async_sessionmaker(engine, expire_on_commit=False)
