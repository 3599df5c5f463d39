"""Where the data is: an embedded Postgres, or the one that DATABASE_URL names."""

import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from weakref import WeakSet

import asyncpg
import orjson
from sqlalchemy import URL, ExceptionContext, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from server.embedded_postgres import embedded_server
from server.settings import Settings
from storage.pool import ConnectionPool
from storage.tcp_keepalive import set_keepalive
from storage.tenancy import DatabaseRole

NAME = "sessions"
APPLICATION = "unified-sessions"
#: Seconds in which a Postgres that is gone without a word is given up, as after a failover. Left
#: to itself the system waits for a quarter of an hour.
DEAD_AFTER = 30.0

#: Whoever stops waiting for a statement closes the connection: Postgres is to notice while it
#: works on it. Else what has timed out goes on there, and more of it the slower everything is.
NOTICING = {"client_connection_check_interval": "2s"}
#: How a connection of each role behaves outside of transactions.
MANNERS = {
    DatabaseRole.APP: NOTICING
    | {
        "default_transaction_isolation": "read committed",
        "default_transaction_read_only": "on",
    },
    DatabaseRole.KEEPER: NOTICING,
}


class DatabaseUrlInvalid(Exception):
    def __init__(self, why: str) -> None:
        super().__init__(f"DATABASE_URL {why} Expected postgresql://user:password@host:port/name.")


class RoleRefused(Exception):
    def __init__(self, user: str | None, role: DatabaseRole) -> None:
        both = ", ".join(DatabaseRole)
        super().__init__(
            f"The database user {user} may not act as {role}. Once the database is migrated, "
            f"let an administrator of it say: GRANT {both} TO {user};"
        )


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


def owning(database: Database) -> AbstractAsyncContextManager[AsyncEngine]:
    """An engine that may change the schema."""
    return engine_at(database.owner_url)


def connected(
    database: Database, role: DatabaseRole, *, pool_size: int = 1
) -> AbstractAsyncContextManager[AsyncEngine]:
    """An engine with the rights of a role, which transactions may exchange for another's. It
    begins none by itself: see `storage.transactions`.

    Connecting raises RoleRefused.
    """
    return engine_at(database.url, role, pool_size=pool_size)


@asynccontextmanager
async def engine_at(
    url: URL, role: DatabaseRole | None = None, *, pool_size: int = 1
) -> AsyncGenerator[AsyncEngine]:
    """An engine for as long as the block runs, and none of its connections for longer."""
    made: WeakSet[asyncpg.Connection] = WeakSet()

    async def connect() -> asyncpg.Connection:
        connection = await in_role(url, role) if role else await driver_connection(url, jit="off")
        made.add(connection)
        return connection

    engine = create_async_engine(
        url,
        async_creator=connect,
        poolclass=ConnectionPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_use_lifo=True,
        isolation_level="AUTOCOMMIT" if role else "READ COMMITTED",
        json_deserializer=orjson.loads,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", without_rows)
    try:
        yield engine
    finally:
        await engine.dispose()
        # A task that is cancelled while it connects leaves a connection that no pool knows of.
        for connection in made:
            connection.terminate()


def without_rows(context: ExceptionContext) -> None:
    """What Postgres refuses it quotes, row and all; errors are logged, and people's words not."""
    raised = context.original_exception
    for error in (context.sqlalchemy_exception, raised):
        if error is not None:
            error.args = tuple(
                arg.partition("\nDETAIL:")[0] if isinstance(arg, str) else arg for arg in error.args
            )
    if isinstance(raised.__cause__, asyncpg.PostgresError):
        raised.__cause__.detail = None


async def in_role(url: URL, role: DatabaseRole) -> asyncpg.Connection:
    try:
        return await driver_connection(url, jit="off", role=role.value, **MANNERS[role])
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError) as error:
        raise RoleRefused(url.username, role) from error


async def driver_connection(url: URL, **settings: str) -> asyncpg.Connection:
    """Outside of any pool, with settings of the Postgres session."""
    connection = await asyncpg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        server_settings={"application_name": APPLICATION} | settings,
    )
    own: socket.socket = connection._transport.get_extra_info("socket")
    if own.family != socket.AF_UNIX:
        set_keepalive(own, DEAD_AFTER)
    return connection
