"""A web server that root starts: which user serves the clients, and what is said about it."""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from server import leave_root
from server.embedded_postgres import file_locks, os_account
from server.leave_root import StaysRoot
from server.settings import Settings
from storage.database_location import DatabaseLocation
from tests.server_process import PATIENCE, PROJECT, Served, environment, keep, read_announcement

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave root")

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
SERVE = "from server.cli.main import main; main()"


@pytest.fixture
def account() -> os_account.OSUser:
    return os_account.find_or_create_account()


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: root's is closed to other accounts."""
    parent = Path(tempfile.mkdtemp(prefix="leave-root-"))
    parent.chmod(0o711)
    yield parent
    shutil.rmtree(parent)


def find_interpreter(account: os_account.OSUser) -> str:
    """One of this version that the account can run."""
    for path in (sys.executable, shutil.which(VERSION, path="/usr/bin:/usr/local/bin")):
        if (
            path is not None
            and not subprocess.run(
                ["/bin/sh", "-c", '"$0" -c "import asyncio, ssl"', path],
                stderr=subprocess.DEVNULL,
                check=False,
                **account.subprocess_user,
            ).returncode
        ):
            return path
    pytest.skip("the interpreter is in a folder that other accounts cannot enter")


@contextmanager
def serving_by(interpreter: str, folder: Path, *options: str) -> Iterator[Served]:
    process = subprocess.Popen(
        [interpreter, "-c", SERVE, "serve", "--port", "0", *options],
        cwd=PROJECT,
        env=environment(
            SESSIONS_DATA_DIR=str(folder / "data"),
            PYTHONPATH=os.pathsep.join([str(PROJECT), sysconfig.get_path("purelib")]),
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = Served(process, [], [])
    reader = threading.Thread(target=keep, args=(process.stderr, served.log), daemon=True)
    reader.start()
    with process:
        try:
            read_announcement(served)
            yield served
        finally:
            if process.poll() is None:
                served.stop(signal.SIGTERM)
            reader.join(PATIENCE)


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_clients_are_served_by_the_account_and_the_database_is_stopped(account, folder, workers):
    with serving_by(find_interpreter(account), folder, "--workers", workers) as served:
        assert served.has_logged(f"runs as the account {os_account.ACCOUNT}"), served.log
        assert served.data("{ viewer { id } }")
        process = psutil.Process(served.process.pid)
        for each in (process, *process.children(recursive=True)):
            assert set(each.uids()) == {account.uid}, each
            assert set(each.gids()) == {account.gid}, each
    assert not [line for line in served.log if "Traceback" in line or "ERROR" in line]
    with closing(file_locks.open_lock(folder / "data" / "server.lock")) as lock:
        assert file_locks.try_lock(lock), "PostgreSQL has stopped"


def test_what_the_account_cannot_read_is_named(account, folder, monkeypatch, caplog):
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    folder.chmod(0o755)
    monkeypatch.setattr(leave_root, "paths_read_later", lambda settings: [folder, closed])
    monkeypatch.setattr(os, "setuid", lambda uid: pytest.fail("has left root"))
    location = DatabaseLocation.embedded("postgresql://x@/x", "postgresql://x@/x", "embedded")
    leave_root.leave_root(Settings(_env_file=None), location)
    [line] = caplog.messages
    assert "runs as root" in line
    assert str(closed) in line


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://x@/x?host=/run/postgresql", "names a socket"),
        ("postgresql://x@/x", "names a socket"),
        ("postgresql://x@/x?host=a,/run/postgresql&port=1,2", "names a socket"),
        ("postgresql://x@host/x", ".pgpass"),
    ],
)
def test_a_connection_that_root_may_be_needed_for_is_kept(url, reason, folder, monkeypatch):
    (folder / ".pgpass").touch()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("PGHOST", raising=False)
    with pytest.raises(StaysRoot, match=reason):
        leave_root.require_own_connection(DatabaseLocation.external(url, None))


def test_another_connection_is_none_of_roots(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    leave_root.require_own_connection(DatabaseLocation.external("postgresql://x@host/x", None))


def test_a_certificate_that_only_root_can_read_is_named(account, folder):
    folder.chmod(0o755)
    key = folder / "client.key"
    key.touch(mode=0o600)
    location = DatabaseLocation.external(f"postgresql://x@host/x?sslkey={key}", None)
    with pytest.raises(StaysRoot, match=str(key)):
        leave_root.require_readable_files(account, location)
    key.chmod(0o644)
    leave_root.require_readable_files(account, location)
