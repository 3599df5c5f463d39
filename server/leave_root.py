"""Leaves root: a web server that root has started serves clients as the account that also runs the
embedded PostgreSQL."""

import logging
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import uvicorn

import server
from server import bootstrap
from server.embedded_postgres import os_account
from server.embedded_postgres.errors import EmbeddedPostgresUnavailable
from server.embedded_postgres.os_account import OSUser
from server.settings import Settings
from storage.connections.database_url import named_files
from storage.database_location import DatabaseLocation

logger = logging.getLogger(__name__)

#: The home of the account, which does not exist: that of root cannot be read any more.
NO_HOME = "/nonexistent"
#: Files of root that a connection to an external database may need.
CONNECTION_FILES = (".pgpass", ".pg_service.conf", ".postgresql")


class StaysRoot(Exception):
    """Why the web server cannot leave root."""


def leave_root(settings: Settings, location: DatabaseLocation) -> None:
    """Become `os_account.ACCOUNT`, or log in one line why not. No effect for other users than root.

    The port is bound and the database is open: nothing afterwards needs root.
    """
    if os.geteuid() != 0:
        return
    try:
        require_own_connection(location)
        account = os_account.find_or_create_account()
        require_readable(account, settings)
        require_readable_files(account, location)
    except (StaysRoot, EmbeddedPostgresUnavailable) as reason:
        logger.warning("The web server runs as root: %s", reason)
        return
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    os.environ["HOME"] = NO_HOME
    logger.info("The web server runs as the account %s", os_account.ACCOUNT)


def require_own_connection(location: DatabaseLocation) -> None:
    """Raises StaysRoot if an external database may know root by its account or its files."""
    if location.is_embedded:
        return
    host = location.url.query.get("host") or location.url.host or os.environ.get("PGHOST", "/")
    if any(each.startswith("/") for each in str(host).split(",")):
        raise StaysRoot("DATABASE_URL names a socket, where PostgreSQL may ask who connects.")
    for name in CONNECTION_FILES:
        if (Path.home() / name).exists():
            raise StaysRoot(f"the connection to the database may need {Path.home() / name}.")


def require_readable(account: OSUser, settings: Settings) -> None:
    """Raises StaysRoot if the account cannot read what the server reads while it runs."""
    for path in paths_read_later(settings):
        if not can_read(account, path):
            raise StaysRoot(
                f"the account {os_account.ACCOUNT} cannot read {path.resolve()}. Install Python "
                "and this program outside of root's home."
            )


def require_readable_files(account: OSUser, location: DatabaseLocation) -> None:
    """Raises StaysRoot if the account cannot read the certificates that the URL names."""
    for path in named_files(location.url):
        if not can_read(account, path):
            raise StaysRoot(f"the account {os_account.ACCOUNT} cannot read {path}.")


def paths_read_later(settings: Settings) -> Iterator[Path]:
    """Modules are imported late, and workers start the interpreter again in the same directory."""
    yield Path(server.__file__).parent
    yield Path(sys.executable)
    yield Path(sysconfig.get_path("stdlib"))
    yield Path(uvicorn.__file__).parents[1]
    yield bootstrap.FLOWS
    yield Path.cwd()
    if settings.trusted_documents is not None:
        yield Path(settings.trusted_documents)


def can_read(account: OSUser, path: Path) -> bool:
    """Whether the account can read a file, or a directory and what is in it."""
    is_readable = ["test", "-r", str(path)]
    if path.is_dir():
        is_readable += ["-a", "-x", str(path)]
    return not subprocess.run(is_readable, check=False, **account.subprocess_user).returncode  # noqa: S603
