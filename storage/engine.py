"""Opens engines and connections, and sets what a connection of each database role may do."""

import socket
import ssl
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias
from weakref import WeakSet

import asyncpg
import orjson
from sqlalchemy import URL, ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage.connections.connection_errors import (
    CONNECT_ERRORS,
    NEXT_HOST_ERRORS,
    DatabaseUnreachable,
    explain_connection_error,
)
from storage.connections.database_url import SYSTEM_CERTIFICATES, WITHOUT_EFFECT, host_urls
from storage.connections.tcp_keepalive import set_keepalive
from storage.database_problems import record_problem
from storage.error_detail import strip_row_detail
from storage.pool import ConnectionPool
from storage.transactions import DatabaseRole

#: For packages above storage, which do not import SQLAlchemy.
Engine: TypeAlias = AsyncEngine

APPLICATION_NAME = "unified-sessions"
#: Seconds until a connection to an unresponsive Postgres is closed, for example after a failover.
#: The default of the operating system is about fifteen minutes.
TCP_TIMEOUT_SECONDS = 30.0
#: Seconds until an attempt to connect is given up, for one host and for each of several.
DEFAULT_SECONDS = 60.0
SECONDS_PER_HOST = 10.0
#: Parameters of a URL that the driver does not know, or that are given to it otherwise.
OWN_PARAMETERS = (
    *("connect_timeout", "application_name", "fallback_application_name", "target_session_attrs"),
    *WITHOUT_EFFECT,
)
#: Seconds that a task waits for a free connection of the pool.
POOL_TIMEOUT_SECONDS = 10

#: A client that stops waiting for a statement closes its connection. With this setting Postgres
#: notices that while the statement runs; otherwise timed-out statements pile up on the server.
DETECT_CLOSED_CLIENT = {"client_connection_check_interval": "2s"}
JIT_OFF = {"jit": "off"}
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
    """The database user is not a member of the roles that the server needs."""

    def __init__(self, user: str, roles: Sequence[str]) -> None:
        names = " and ".join(roles)
        super().__init__(
            f"The database user {user} is not a member of the role{'s' * (len(roles) > 1)} "
            f"{names}. Migrate the database, then run as an administrator of PostgreSQL: "
            f'GRANT {", ".join(roles)} TO "{user}";'
        )


class ConnectionSettingsIgnored(Exception):
    """What tenancy rests on is not in force after the connection was opened."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(
            "These settings of the connection are not in force, so one account could read the rows "
            f"of another: {', '.join(sorted(names))}. Something between the server and PostgreSQL "
            "changes them: let the pooler keep each connection for one client "
            "(`pool_mode = session`), or connect directly."
        )


def open_owner_engine(url: URL) -> AbstractAsyncContextManager[AsyncEngine]:
    """An engine of the owner of the tables, who may change the schema."""
    return open_engine(url)


def open_role_engine(
    url: URL,
    role: DatabaseRole,
    *,
    pool_size: int = 1,
    read_seconds: float | None = None,
    settings: Mapping[str, str] | None = None,
) -> AbstractAsyncContextManager[AsyncEngine]:
    """An engine whose connections have the privileges of `role`. A transaction may set the other
    role. The engine begins no transaction of its own: see `storage.transactions`. Postgres cancels
    statements of reads after `read_seconds`; its connections have these `settings`.

    Connecting raises DatabaseRoleDenied, ConnectionSettingsIgnored.
    """
    given = dict(settings or {})
    if read_seconds:
        given["statement_timeout"] = f"{read_seconds * 1000:.0f}ms"
    return open_engine(url, role, pool_size=pool_size, settings=given)


@asynccontextmanager
async def open_engine(
    url: URL,
    role: DatabaseRole | None = None,
    *,
    pool_size: int = 1,
    settings: Mapping[str, str] | None = None,
) -> AsyncGenerator[AsyncEngine]:
    """An engine that lasts as long as the block; all its connections are closed at the end."""
    opened: WeakSet[asyncpg.Connection] = WeakSet()
    given = settings or {}

    async def create_connection() -> asyncpg.Connection:
        connection = await (
            connect_as_role(url, role, given) if role else connect(url, JIT_OFF | dict(given))
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


async def connect_as_role(
    url: URL, role: DatabaseRole, settings: Mapping[str, str] | None = None
) -> asyncpg.Connection:
    """Open a connection with the privileges and settings of a role.

    Raises DatabaseRoleDenied, ConnectionSettingsIgnored, DatabaseUnreachable.
    """
    connection = await connect(url, JIT_OFF | ROLE_SETTINGS[role] | dict(settings or {}))
    try:
        await set_role(connection, role)
        await check_connection_settings(connection, {"role": role.value} | ROLE_SETTINGS[role])
    except BaseException:
        connection.terminate()
        raise
    return connection


async def set_role(connection: asyncpg.Connection, role: DatabaseRole) -> None:
    """Raises DatabaseRoleDenied, with every role that the user lacks."""
    try:
        await apply_settings(connection, {"role": role.value})
    except (asyncpg.InsufficientPrivilegeError, asyncpg.InvalidParameterValueError) as error:
        missing = await connection.fetchval(MISSING_ROLES, list(DatabaseRole))
        user = await connection.fetchval("SELECT session_user")
        raise DatabaseRoleDenied(user, missing or [role]) from error


#: The roles that do not exist, or that the user may not act in.
MISSING_ROLES = """
SELECT array_agg(name ORDER BY name) FROM unnest($1::text[]) AS name
WHERE NOT coalesce((SELECT pg_has_role(session_user, oid,
    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
    FROM pg_roles WHERE rolname = name), false)
"""
APPLY_SETTINGS = "SELECT set_config(n, v, false) FROM unnest($1::text[], $2::text[]) AS s(n, v)"
SETTINGS_IN_FORCE = """
SELECT name, CASE name WHEN 'role' THEN current_user ELSE current_setting(name) END
FROM unnest($1::text[]) AS name
"""


async def apply_settings(connection: asyncpg.Connection, settings: Mapping[str, str]) -> None:
    """Set them by a statement: poolers reject startup parameters that they do not know, or drop
    them in silence."""
    if settings:
        await connection.execute(APPLY_SETTINGS, list(settings), list(settings.values()))


async def check_connection_settings(
    connection: asyncpg.Connection, settings: Mapping[str, str]
) -> None:
    """Raises ConnectionSettingsIgnored."""
    in_force = dict(await connection.fetch(SETTINGS_IN_FORCE, list(settings)))
    if ignored := [name for name, value in settings.items() if in_force[name] != value]:
        raise ConnectionSettingsIgnored(ignored)


async def connect(
    url: URL, settings: Mapping[str, str] | None = None, *, purpose: str = ""
) -> asyncpg.Connection:
    """Open a connection to the primary outside any pool. `settings` are Postgres settings of the
    connection; `purpose` is appended to its name. Raises DatabaseUnreachable."""
    connection = await connect_to_primary(url, purpose)
    try:
        await apply_settings(connection, settings or {})
    except BaseException:
        connection.terminate()
        raise
    tcp: socket.socket = connection._transport.get_extra_info("socket")
    if tcp.family != socket.AF_UNIX:
        set_keepalive(tcp, TCP_TIMEOUT_SECONDS)
    return connection


async def connect_to_primary(url: URL, purpose: str) -> asyncpg.Connection:
    """The first host that accepts connections and can be written to.

    The driver tries several hosts within one timeout: one that does not answer would use it up.
    """
    hosts = host_urls(url)
    seconds = connect_seconds(url, DEFAULT_SECONDS if len(hosts) == 1 else SECONDS_PER_HOST)
    failures: dict[str, Exception] = {}
    for host in hosts:
        try:
            return await connect_to_host(host, seconds, purpose)
        except CONNECT_ERRORS as error:
            failures[explain_connection_error(host, error, seconds)] = error
            if not isinstance(error, NEXT_HOST_ERRORS):
                break
    *_, last = failures.values()
    record_problem(last)
    raise DatabaseUnreachable(" ".join(failures), last) from last


async def connect_to_host(url: URL, seconds: float | None, purpose: str) -> asyncpg.Connection:
    """Connect to a URL with one host. Raises the driver's errors."""
    name = url.query.get("application_name") or url.query.get("fallback_application_name")
    options: dict[str, Any] = {}
    if url.query.get("sslrootcert") == SYSTEM_CERTIFICATES:
        options["ssl"] = ssl.create_default_context()
    dsn = url.set(drivername="postgresql").difference_update_query(OWN_PARAMETERS)
    return await asyncpg.connect(
        dsn.render_as_string(hide_password=False),
        server_settings={"application_name": f"{name or APPLICATION_NAME}{purpose}"},
        # All the server's work needs the primary. `read-write` of the driver would refuse
        # connections whose transactions are read-only by default, as those of requests are.
        target_session_attrs="primary",
        timeout=seconds,
        **options,
    )


def connect_seconds(url: URL, default: float) -> float | None:
    """The timeout of a connection to one host; None without one, as in libpq."""
    given = url.query.get("connect_timeout")
    seconds = float(str(given)) if given else default
    return seconds if seconds > 0 else None
