"""A real PgBouncer in front of a PostgreSQL: Debian's package, installed by `.ci/run`."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.infrastructure.postgres_cluster import PostgresCluster, free_port

PATIENCE = 30.0


def find_program(name: str) -> str:
    """A program of the operating system. Without it a test is skipped, but not in CI."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None and "CI" not in os.environ:
        pytest.skip(f"{name} is not installed: apt-get install {name}")
    assert found, f"{name} is not installed"
    return found


@contextmanager
def pgbouncer(
    cluster: PostgresCluster, users: dict[str, str], *, mode: str, **settings: str
) -> Iterator[int]:
    """The port of a pooler that runs as the owner of the cluster."""
    program = find_program("pgbouncer")
    port = free_port()
    folder = cluster.folder
    given = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "plain",
        "auth_file": str(folder / "users.txt"),
        "pool_mode": mode,
        "default_pool_size": "20",
        "logfile": str(folder / f"pgbouncer-{port}.log"),
        **settings,
    }
    lines = [f"{name} = {value}" for name, value in given.items()]
    database = f"* = host=127.0.0.1 port={cluster.port}"
    content = "\n".join(["[databases]", database, "[pgbouncer]", *lines])
    write(cluster, folder / "pgbouncer.ini", content)
    write(cluster, folder / "users.txt", "".join(f'"{u}" "{p}"\n' for u, p in users.items()))
    process = subprocess.Popen(
        [program, "-q", folder / "pgbouncer.ini"],
        cwd=folder,
        stderr=subprocess.DEVNULL,
        **cluster.owner.subprocess_user,
    )
    try:
        wait_until_open(process, Path(given["logfile"]), port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def write(cluster: PostgresCluster, path: Path, content: str) -> None:
    path.write_text(content)
    if os.geteuid() == 0:
        os.chown(path, cluster.owner.uid, cluster.owner.gid)


def wait_until_open(process: subprocess.Popen[bytes], log: Path, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not (log.exists() and f"listening on 127.0.0.1:{port}" in log.read_text()):
        assert process.poll() is None, log.read_text() if log.exists() else "no log"
        assert time.monotonic() < deadline
        time.sleep(0.02)
