"""A PostgreSQL as an operator runs it: with a port, passwords, and possibly a standby."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psutil

from server.embedded_postgres import file_locks, os_account
from server.embedded_postgres.os_account import OSUser
from tests.conftest import FOLDER

SETTINGS = {
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "wal_level": "replica",
    "hot_standby": "on",
    # A standby that has lost its primary is promoted at once.
    "wal_receiver_status_interval": "1",
}
#: The superuser comes through the socket; everybody else needs a password.
ACCESS = """\
local all all trust
local replication all trust
host replication all 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@dataclass
class PostgresCluster:
    folder: Path
    owner: OSUser
    programs: Path
    port: int = field(default_factory=free_port)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, user: str, password: str, database: str, query: str = "") -> str:
        return f"postgresql://{user}:{quote(password, safe='')}@{self.address}/{database}{query}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def initialize(self) -> None:
        self.run("initdb", "--username=postgres", "--auth=trust", "--no-sync", "-D", "data")
        self.write("pg_hba.conf", ACCESS)

    def start(self, **settings: str) -> None:
        given = SETTINGS | {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            **settings,
        }
        options = " ".join(f"-c{name}={value}" for name, value in given.items())
        self.run("pg_ctl", "start", "-w", "-D", "data", "-l", "log", "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        with suppress(subprocess.CalledProcessError):
            self.run("pg_ctl", "stop", "-w", "-D", "data", "-m", mode)

    def kill(self) -> None:
        """As a machine that loses its power."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(pid)
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=30)

    def promote(self) -> None:
        self.run("pg_ctl", "promote", "-w", "-D", "data")

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Run statements as the superuser."""
        address = ("-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", database)
        options = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        return self.run("psql", *options, *address, "-c", sql)

    def write(self, name: str, content: str) -> None:
        path = self.data / name
        path.write_text(content)
        self.own(path)

    def own(self, path: Path) -> None:
        """Give a path to the owner, for nobody else to read."""
        if os.geteuid() == 0:
            os.chown(path, self.owner.uid, self.owner.gid)
        path.chmod(0o700 if path.is_dir() else 0o600)

    def make_folder(self, path: Path) -> None:
        """A folder of the owner, elsewhere."""
        path.mkdir()
        self.own(path)

    def run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program in ("psql", "initdb") else subprocess.DEVNULL,
            stderr=subprocess.PIPE if program == "psql" else subprocess.DEVNULL,
            text=True,
            check=True,
            **self.owner.subprocess_user,
        )
        return (done.stdout or "").strip()


@contextmanager
def postgres_cluster(folder: Path, **settings: str) -> Iterator[PostgresCluster]:
    """A primary."""
    with empty_cluster(folder) as cluster:
        cluster.initialize()
        cluster.start(**settings)
        yield cluster


@contextmanager
def standby_of(primary: PostgresCluster, folder: Path) -> Iterator[PostgresCluster]:
    """Follows the primary, synchronously: what is committed there is here."""
    with empty_cluster(folder) as cluster:
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name=standby"
        cluster.run(
            "pg_basebackup", "--no-sync", "-c", "fast", "-R", "-X", "stream", "-D", "data",
            "-d", source,
        )  # fmt: skip
        cluster.start()
        yield cluster


@contextmanager
def empty_cluster(folder: Path) -> Iterator[PostgresCluster]:
    """Below the folder of the run, which is locked: see `tests.leftover_databases`."""
    folder.mkdir(parents=True, mode=0o700)
    owner = os_account.owner_of_dir(folder)
    cluster = PostgresCluster(folder, owner, os_account.postgres_bin_dir(owner, folder))
    with ExitStack() as stack, file_locks.open_lock(FOLDER / "users.lock") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(cluster.stop)
        yield cluster
