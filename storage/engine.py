"""Opens engines and connections, and sets what a connection of each database role may do."""

import socket
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias
from weakref import WeakSet

import asyncpg
import orjson
from sqlalchemy import URL, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.error_detail import strip_row_detail
from storage.pool import ConnectionPool
from storage.tcp_keepalive import set_keepalive
from storage.transactions import DatabaseRole

#: For packages above storage, which do not import SQLAlchemy.
Engine: TypeAlias = AsyncEngine

APPLICATION_NAME = "unified-sessions"
#: Seconds until a connection to an unresponsive Postgres is closed, for example after a failover.
#: The default of the operating system is about fifteen minutes.
TCP_TIMEOUT_SECONDS = 30.0
#: Seconds that a task waits for a free connection of the pool.
POOL_TIMEOUT_SECONDS = 10

#: A client that stops waiting for a statement closes its connection. With this setting Postgres
#: notices that while the statement runs; otherwise timed-out statements pile up on the server.
DETECT_CLOSED_CLIENT = {"client_connection_check_interval": "2s"}
#: Settings of a connection outside transactions, by role.
ROLE_SETTINGS = {
    DatabaseRole.APP: DETECT_CLOSED_CLIENT
    | {
        "default_transaction_isolation": "read committed",
        "default_transaction_read_only": "on",
    },
    DatabaseRole.KEEPER: DETECT_CLOSED_CLIENT,
}


class DatabaseRoleDenied(Exception):
    """The database user is not a member of a role that the server needs."""

    def __init__(self, user: str | None, role: DatabaseRole) -> None:
        both = ", ".join(DatabaseRole)
        super().__init__(
            f"The database user {user} is not a member of the role {role}. Migrate the database, "
            f"then run as its administrator: GRANT {both} TO {user};"
        )


class ConnectionSettingsIgnored(Exception):
    """What tenancy rests on was not set when the connection was opened."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(
            "PostgreSQL did not receive these settings of the connection, so one account could "
            f"read the rows of another: {', '.join(sorted(names))}. Something between the server "
            "and PostgreSQL ignores them: remove them from `ignore_startup_parameters` of the "
            "pooler, or connect directly."
        )


def open_owner_engine(url: URL) -> AbstractAsyncContextManager[AsyncEngine]:
    """An engine of the owner of the tables, who may change the schema."""
    return open_engine(url)


def open_role_engine(
    url: URL, role: DatabaseRole, *, pool_size: int = 1, read_seconds: float | None = None
) -> AbstractAsyncContextManager[AsyncEngine]:
    """An engine whose connections have the privileges of `role`. A transaction may set the other
    role. The engine begins no transaction of its own: see `storage.transactions`. Postgres cancels
    statements of reads after `read_seconds`.

    Connecting raises DatabaseRoleDenied.
    """
    return open_engine(url, role, pool_size=pool_size, read_seconds=read_seconds)


@asynccontextmanager
async def open_engine(
    url: URL,
    role: DatabaseRole | None = None,
    *,
    pool_size: int = 1,
    read_seconds: float | None = None,
) -> AsyncGenerator[AsyncEngine]:
    """An engine that lasts as long as the block; all its connections are closed at the end."""
    opened: WeakSet[asyncpg.Connection] = WeakSet()
    timeout = {"statement_timeout": f"{read_seconds * 1000:.0f}ms"} if read_seconds else {}

    async def create_connection() -> asyncpg.Connection:
        connection = await (
            connect_as_role(url, role, **timeout) if role else connect(url, jit="off")
        )
        opened.add(connection)
        return connection

    engine = create_async_engine(
        url,
        async_creator=create_connection,
        poolclass=ConnectionPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        pool_use_lifo=True,
        isolation_level="AUTOCOMMIT" if role else "READ COMMITTED",
        json_deserializer=orjson.loads,
        hide_parameters=True,
    )
    event.listen(engine.sync_engine, "handle_error", strip_error_context)
    try:
        yield engine
    finally:
        await engine.dispose()
        # A task that is cancelled while it connects leaves a connection that is in no pool.
        for connection in opened:
            connection.terminate()


def strip_error_context(context: ExceptionContext) -> None:
    """SQLAlchemy's `handle_error` hook: strips its own error, the adapter's and the driver's."""
    raised = context.original_exception
    for error in (context.sqlalchemy_exception, raised, raised.__cause__):
        if error is not None:
            strip_row_detail(error)


async def connect_as_role(url: URL, role: DatabaseRole, **settings: str) -> asyncpg.Connection:
    """Open a connection with the privileges and settings of a role.

    Raises DatabaseRoleDenied, ConnectionSettingsIgnored.
    """
    try:
        connection = await connect(
            url, jit="off", role=role.value, **ROLE_SETTINGS[role], **settings
        )
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError) as error:
        raise DatabaseRoleDenied(url.username, role) from error
    try:
        await check_connection_settings(connection, {"role": role.value} | ROLE_SETTINGS[role])
    except BaseException:
        connection.terminate()
        raise
    return connection


SETTINGS_IN_FORCE = """
SELECT name, CASE name WHEN 'role' THEN current_user ELSE current_setting(name) END
FROM unnest($1::text[]) AS name
"""


async def check_connection_settings(
    connection: asyncpg.Connection, settings: Mapping[str, str]
) -> None:
    """Raises ConnectionSettingsIgnored. A pooler may accept a startup parameter and drop it."""
    in_force = dict(await connection.fetch(SETTINGS_IN_FORCE, list(settings)))
    if ignored := [name for name, value in settings.items() if in_force[name] != value]:
        raise ConnectionSettingsIgnored(ignored)


async def connect(url: URL, **settings: str) -> asyncpg.Connection:
    """Open a connection outside any pool; `settings` are Postgres settings of the connection."""
    connection = await asyncpg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        server_settings={"application_name": APPLICATION_NAME} | settings,
    )
    tcp: socket.socket = connection._transport.get_extra_info("socket")
    if tcp.family != socket.AF_UNIX:
        set_keepalive(tcp, TCP_TIMEOUT_SECONDS)
    return connection
