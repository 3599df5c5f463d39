"""Starting and stopping: what an operator sees."""

import asyncio
import os
import signal
import socket

import asyncpg
import pytest

from server.embedded_postgres import cluster, embedded_server
from server.settings import Settings, default_data_dir
from tests.conftest import FOLDER
from tests.database_faults import stop_postgres
from tests.fakes.stepped_answers import answering
from tests.operations import CREATE, GENERATION_EVENTS, GET, RENAME
from tests.server.websocket_client import socket_to
from tests.server_process import PATIENCE, run, serving

VIEWER = "{ viewer { name } }"
GENERATION = "query G($id: ID!) { generation(id: $id) { status text } }"
WAITS = "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}


@pytest.fixture
def folder():
    """A data directory that the account running Postgres can reach."""
    return FOLDER / f"serving_{os.urandom(4).hex()}"


async def empty_database(postgres, name: str) -> str:
    admin = await asyncpg.connect(postgres.dsn("postgres"))
    await admin.execute(f'CREATE DATABASE "{name}"')
    await admin.close()
    return postgres.dsn(name)


def test_with_nothing_set_up_it_serves_on_a_database_of_its_own(folder):
    with serving("--data-dir", str(folder)) as server:
        announced = "\n".join(server.said)
        assert str(folder) in announced
        assert "offline" in announced
        assert server.data(VIEWER) == {"viewer": {"name": "Local Technician"}}
        created = server.data(CREATE, input=CHAT)["createSession"]
        assert server.stop() == 0

    with serving("--data-dir", str(folder)) as server:
        kept = server.data(GET, id=created["session"]["id"])["session"]
        assert kept["messages"]["edges"][0]["node"]["content"] == "Outlook shows no new mail"


def test_with_a_key_it_says_that_a_model_answers(database_url):
    with serving(DATABASE_URL=database_url, ANTHROPIC_API_KEY="a key") as server:
        assert "Anthropic" in server.said[-1]
        assert "a key" not in "".join(server.said + server.log)


def test_a_killed_server_is_started_again_and_ends_the_answer_it_had_begun(folder):
    with serving("--data-dir", str(folder)) as server:
        created = server.data(CREATE, input=CHAT)["createSession"]
        server.stop(signal.SIGKILL)

    with serving("--data-dir", str(folder)) as server:
        ended = server.data(GENERATION, id=created["generation"]["id"])
        while ended["generation"]["status"] == "RUNNING":
            ended = server.data(GENERATION, id=created["generation"]["id"])
        assert ended["generation"]["status"] == "COMPLETED"
        session = server.data(GET, id=created["session"]["id"])["session"]
        assert session["messages"]["edges"][1]["node"]["content"] == ended["generation"]["text"]


def test_two_servers_share_one_data_directory(folder):
    with (
        serving("--data-dir", str(folder)) as one,
        serving("--data-dir", str(folder)) as other,
    ):
        created = one.data(CREATE, input=CHAT)["createSession"]
        assert other.data(GET, id=created["session"]["id"])["session"]["status"] == "ACTIVE"
        assert one.stop() == 0
        assert other.data(VIEWER)


def test_an_interrupt_ends_it_quietly(folder):
    with serving("--data-dir", str(folder)) as server:
        server.stop(signal.SIGINT)
    log = "".join(server.log)
    assert "Traceback" not in log
    # Nor does anybody want to read of each connection.
    assert "pool" not in log.lower()


def test_also_when_its_terminal_is_closed(folder):
    with serving("--data-dir", str(folder)) as server:
        server.stop(signal.SIGHUP)
    assert "Traceback" not in "".join(server.log)
    assert not (folder / "postgres/data/postmaster.pid").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_assistant_without_a_key_is_said_before_anything_is_announced(database_url, workers):
    more = {"SESSIONS_ASSISTANT": "anthropic", "DATABASE_URL": database_url}
    refused = run("serve", "--port", "0", "--workers", workers, **more)
    assert refused.returncode == 1
    assert "ANTHROPIC_API_KEY" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not refused.stdout


async def test_an_outdated_external_database_is_named_with_the_command_to_run(postgres):
    url = await empty_database(postgres, "outdated")
    refused = run("serve", "--port", "0", DATABASE_URL=url)
    assert refused.returncode == 1
    assert "sessions migrate" in refused.stderr
    assert "Traceback" not in refused.stderr

    assert run("migrate", DATABASE_URL=url).returncode == 0
    with serving(DATABASE_URL=url) as server:
        assert server.data(VIEWER)


def test_it_listens_on_no_other_address():
    refused = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert refused.returncode == 1
    assert "Refusing to listen on 0.0.0.0" in refused.stderr


def test_a_taken_port_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("serve", "--port", str(port))
    assert refused.returncode == 1
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "--port" in refused.stderr


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://u:secret@127.0.0.1:1/x", "Nothing accepts connections at 127.0.0.1:1"),
        ("mysql://u:secret@127.0.0.1/x", "needs PostgreSQL"),
        ("://secret", "cannot be parsed"),
    ],
)
def test_an_unusable_database_url_is_explained_without_its_password(url, message):
    refused = run("serve", "--port", "0", DATABASE_URL=url)
    assert refused.returncode == 1
    assert message in refused.stderr
    assert "secret" not in refused.stderr + refused.stdout
    assert "Traceback" not in refused.stderr


def test_a_bad_setting_is_named_and_not_shown():
    refused = run("serve", SESSIONS_PORT="secret")
    assert refused.returncode == 2
    assert "SESSIONS_PORT" in refused.stderr
    assert "secret" not in refused.stderr


def test_a_directory_that_is_named_empty_is_the_usual_one(monkeypatch):
    monkeypatch.setenv("SESSIONS_DATA_DIR", "")
    assert Settings().data_dir == default_data_dir()


def test_settings_come_from_a_file_too(tmp_path):
    (tmp_path / ".env").write_text("SESSIONS_PORT=secret\n")
    assert "SESSIONS_PORT" in run("serve", cwd=tmp_path).stderr


async def test_a_server_that_has_much_to_do_is_well(database_url):
    holder = await asyncpg.connect(database_url)
    with serving(DATABASE_URL=database_url, SESSIONS_POOL_SIZE="1") as served:
        id = served.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
        async with holder.transaction():
            await holder.execute("SELECT FROM ai_sessions FOR UPDATE")
            renaming = asyncio.create_task(asyncio.to_thread(served.data, RENAME, id=id))
            async with asyncio.timeout(PATIENCE):
                while not await holder.fetchval(WAITS):
                    await asyncio.sleep(0.05)
            with served.client as client:
                assert client.get("/health").json() == {"status": "ok"}
        await renaming
    await holder.close()


def test_an_outage_of_the_database_is_said_and_over_when_it_is_back(folder):
    with embedded_server.run_embedded_server(folder) as server:
        embedded_server.ensure_database(server, "sessions")
        url = server.dsn("sessions")
        run("migrate", DATABASE_URL=url)
        with serving(DATABASE_URL=url) as served:
            assert served.data(VIEWER)
            stop_postgres(folder, signal.SIGQUIT)
            answer = served.ask("query { sessions { totalCount } }")
            assert answer["errors"][0]["extensions"]["code"] == "DATABASE_UNAVAILABLE", served.log
            with served.client as client:
                assert client.get("/health").status_code == 503
            with embedded_server.run_embedded_server(folder):
                assert served.data("query { sessions { totalCount } }")
                created = served.data(CREATE, input=CHAT)["createSession"]
                ended = served.data(GENERATION, id=created["generation"]["id"])
                while ended["generation"]["status"] == "RUNNING":
                    ended = served.data(GENERATION, id=created["generation"]["id"])
                assert ended["generation"]["status"] == "COMPLETED"


def kill_postmaster(folder) -> int:
    pid = server_id(folder)
    os.kill(pid, signal.SIGKILL)
    return pid


def server_id(folder) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().split()[0])


def test_an_embedded_postgres_that_dies_is_started_again(folder):
    """Sessions go on, and so does an answer, in the stream of who watches it."""
    with answering() as provider, serving("--data-dir", str(folder), **provider.settings) as served:
        answer = provider.script(CHAT["intake"]["text"], "One two three.")
        created = served.data(CREATE, input=CHAT)["createSession"]
        with socket_to(served) as socket:
            socket.subscribe(GENERATION_EVENTS, generationId=created["generation"]["id"])
            answer.release()
            events = (each["data"]["generationEvents"] for each in socket.results())
            text = next(each["text"] for each in events if each["__typename"] == "TokenDelta")
            killed = kill_postmaster(folder)
            assert served.has_logged("has ended unexpectedly")
            assert served.has_logged("runs again")
            answer.finish()
            for event in events:
                text += event.get("text", "")
            assert event["__typename"] == "GenerationCompleted"
            assert event["message"]["content"] == text == "One two three."
        assert server_id(folder) != killed
        # A web server that has left root opens it again.
        owner = (folder / "postgres").stat().st_uid
        assert (folder / "server.lock").stat().st_uid == owner
        kill_postmaster(folder)
        assert served.has_logged("runs again", times=2)
        assert served.data(CREATE, input=CHAT)["createSession"]
        assert served.stop() == 0
    assert not cluster.is_running(folder)
