"""Initializes, starts and stops the PostgreSQL server of one data directory."""

import hashlib
import logging
import os
import re
import shlex
import shutil
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from server.embedded_postgres import file_locks, os_account
from server.embedded_postgres.errors import EmbeddedPostgresUnavailable

logger = logging.getLogger(__name__)

LOG_LIMIT = 10_000_000
PORT = "5432"
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "log_checkpoints": "off",
    # Without the contents of rows: DETAIL quotes them.
    "log_error_verbosity": "terse",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
INITDB = [
    "--username=postgres",
    "--auth-local=peer",
    "--auth-host=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
]


MAP = "sessions"
HEADER = "# Written by Unified Sessions at each start: changes are lost.\n"
#: Connections come through the socket, from the operating system users in the map `MAP`, who may
#: act as any database user.
ACCESS_RULES = f"local all all peer map={MAP}\n"
#: The arguments are the path and the content.
WRITE_FILE = 'printf "%s" "$2" > "$1.new" && mv -f "$1.new" "$1"'


def is_running(folder: Path) -> bool:
    """Whether a process of the PostgreSQL server of this data directory runs."""
    with file_locks.open_lock(folder / "server.lock") as lock:
        return not file_locks.try_lock(lock)


@dataclass(frozen=True)
class Cluster:
    """The PostgreSQL server of one data directory. Callers hold its `turn.lock`."""

    folder: Path
    home: Path
    owner: os_account.OSUser
    programs: Path

    @classmethod
    def prepare(cls, folder: Path) -> "Cluster":
        home = folder / "postgres"
        home.mkdir(mode=0o700, exist_ok=True)
        if os_account.is_former_owner(folder, home) and not is_running(folder):
            os_account.give_to_account(home)
        owner = os_account.owner_of_dir(home)
        cluster = cls(folder, home, owner, os_account.postgres_bin_dir(owner, folder))
        if os_account.is_former_owner(folder, cluster.socket) and not is_running(folder):
            os_account.give_to_account(cluster.socket)
        return cluster

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def socket(self) -> Path:
        """The directory of the Unix socket: in /tmp if the path in the data directory would be too
        long for a socket, or would need quoting in a URL."""
        socket = self.home / "socket"
        if re.fullmatch(r"[\w./-]{1,88}", str(socket), re.ASCII):
            return socket
        name = hashlib.sha256(os.fsencode(socket)).hexdigest()[:16]
        return Path("/tmp") / f"sessions-{name}"  # noqa: S108

    def own_lock(self, lock: file_locks.Lock) -> None:
        """Give `server.lock` to the owner: a web server that has left root may have to start the
        server again, and opens it anew for that."""
        if os.geteuid() == 0:
            os.fchown(lock.fileno(), self.owner.uid, self.owner.gid)

    def is_alive(self) -> bool:
        """Whether the postmaster runs."""
        return self._postmaster_pid() is not None

    def start(self, durable: bool) -> None:
        """Start the server, or wait until it accepts connections.

        Raises EmbeddedPostgresUnavailable.
        """
        self._make_socket_dir()
        if not file_locks.retry_until_deadline(
            lambda: self._accepts_connections() or self._start_once(durable)
        ):
            raise self._unavailable("the server runs, but accepts no connections")

    def stop(self, lock: file_locks.Lock) -> None:
        """Stop the server, and log a warning if it does not stop in time. `lock` is `server.lock`,
        opened by this process, but not by the one that started the server."""
        if not file_locks.retry_until_deadline(lambda: self._stop_once(lock)):
            logger.warning("the embedded PostgreSQL in %s did not stop", self.data)
        with suppress(OSError):
            self.socket.rmdir()

    def _accepts_connections(self) -> bool:
        return not self._run("pg_isready", "-h", str(self.socket), "-p", PORT).returncode

    def _start_once(self, durable: bool) -> bool:
        """Start the server, unless processes of an earlier one still run. False in that case."""
        with file_locks.open_lock(self.folder / "server.lock") as lock:
            if not file_locks.try_lock(lock):
                return False
            if not self.data.exists():
                self._init_data_dir(lock, durable)
            self._write_access_rules()
            self._remove_stale_pid_files()
            self._rotate_log()
            self._run_or_fail("pg_ctl", *self._start_arguments(durable), lock=lock)
            return True

    def _stop_once(self, lock: file_locks.Lock) -> bool:
        if file_locks.try_lock(lock):
            return True
        if pid := self._postmaster_pid():
            os.kill(pid, signal.SIGINT)
        return False

    def _init_data_dir(self, lock: file_locks.Lock, durable: bool) -> None:
        new = self.home / "new"
        shutil.rmtree(new, ignore_errors=True)
        self._run_or_fail("initdb", *INITDB, *(() if durable else ["--no-sync"]), "new", lock=lock)
        new.rename(self.data)

    def _write_access_rules(self) -> None:
        """Who may connect. Written by the owner at each start, which also converts directories of
        earlier versions."""
        if not (self.data / "postgresql.conf").exists():
            return
        names = os_account.database_users(self.owner)
        users = "".join(f'{MAP} "{name}" all\n' for name in names)
        for file, rules in (("pg_hba.conf", ACCESS_RULES), ("pg_ident.conf", users)):
            self._run_or_fail("/bin/sh", "-c", WRITE_FILE, "sh", f"data/{file}", HEADER + rules)

    def _postmaster_pid(self) -> int | None:
        """The process id of the server. The id in its file may belong to another process by now."""
        with suppress(OSError, ValueError, psutil.Error):
            pid = int((self.data / "postmaster.pid").read_text().split("\n")[0])
            if self.data.samefile(psutil.Process(pid).cwd()):
                return pid
        return None

    def _remove_stale_pid_files(self) -> None:
        """Otherwise PostgreSQL takes any process with such an id for a server of this directory."""
        if self._postmaster_pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (self.socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _rotate_log(self) -> None:
        with suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT:
                self.log.rename(self.home / "log.old")

    def _make_socket_dir(self) -> None:
        self._run_or_fail("/bin/mkdir", "-p", "-m", "700", str(self.socket))
        status = self.socket.lstat()
        if status.st_uid != self.owner.uid or status.st_mode & 0o77:
            raise self._unavailable(f"other users can access {self.socket}; remove it")

    def _start_arguments(self, durable: bool) -> list[str]:
        settings = SETTINGS | {"unix_socket_directories": str(self.socket)}
        if not durable:
            settings |= NOT_DURABLE
        options = shlex.join(f"-c{name}={value}" for name, value in settings.items())
        timeout = str(file_locks.LOCK_TIMEOUT)
        return ["start", "-D", "data", "-l", "log", "-t", timeout, "-o", options]

    def _run_or_fail(
        self, program: str, *arguments: str, lock: file_locks.Lock | None = None
    ) -> None:
        done = self._run(program, *arguments, lock=lock)
        if done.returncode:
            raise self._unavailable(f"{program} failed\n{done.stderr.strip()}")

    def _run(
        self, program: str, *arguments: str, lock: file_locks.Lock | None = None
    ) -> subprocess.CompletedProcess[str]:
        """In a session of its own: Ctrl-C in the terminal stops the app, which stops the server."""
        return subprocess.run(  # noqa: S603
            [self.programs / program, *arguments],
            cwd=self.home,
            env=_environment(),
            pass_fds=[lock.fileno()] if lock else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            umask=0o77,
            start_new_session=True,
            check=False,
            **self.owner.subprocess_user,
        )

    def _unavailable(self, what: str) -> EmbeddedPostgresUnavailable:
        return EmbeddedPostgresUnavailable(
            f"The embedded database in {self.data} cannot be used: {what}.\n"
            f"The end of its log, {self.log}:\n{self._log_tail()}"
        )

    def _log_tail(self) -> str:
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        return "(no log)"


def _environment() -> dict[str, str]:
    """Without variables for another PostgreSQL, and with a locale that exists everywhere."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return own | {"LC_ALL": "C"}
