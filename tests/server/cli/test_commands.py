"""The command line, as somebody without a browser uses it."""

import asyncio
import re
import tomllib
from functools import partial
from pathlib import Path

import pytest

from resolvers.schema import schema
from server import addresses
from tests.fakes.messages_api import MessagesApi
from tests.fakes.messages_reply import Reply
from tests.operations import GET, messages
from tests.server_process import run, run_script, serving


def test_help_names_every_command():
    shown = run_script("--help").stdout
    for command in ("serve", "migrate", "sdl", "cache-config", "settings", "chat", "doctor"):
        assert command in shown


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    assert run_script("--version").stdout.split()[-1] == project["version"]


def test_sdl_prints_the_schema():
    assert run("sdl").stdout.strip() == schema.as_str().strip()


def test_chat_prints_the_answer_and_how_to_go_on(served):
    first = run("chat", "the printer does not print", "--url", served.url)
    assert first.returncode == 0
    session_id = re.search(r"--session (\S+)", first.stderr)[1]
    session = served.data(GET, id=session_id)["session"]
    assert messages(session)[1][1] == first.stdout.strip()

    second = run("chat", "1", "--session", session_id, "--url", served.url)
    session = served.data(GET, id=session_id)["session"]
    assert [role for role, _ in messages(session)] == ["USER", "ASSISTANT"] * 2
    assert messages(session)[3][1] == second.stdout.strip()


@pytest.mark.parametrize("text", [["hello"], []], ids=["a message", "a conversation"])
def test_chat_says_what_was_refused(served, text):
    refused = run("chat", *text, "--session", "nonsense", "--url", served.url)
    assert refused.returncode == 1
    assert "There is no such session." in refused.stderr
    assert refused.stderr
    assert "Traceback" not in refused.stderr


def test_chat_says_what_a_server_has_against_it(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_MAX_COST="1") as strict:
        refused = run("chat", "hello", "--url", strict.url)
    assert refused.returncode == 1
    assert "estimated cost" in refused.stderr
    assert "No server" not in refused.stderr


@pytest.mark.parametrize(
    ("listens", "reached"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::", "[::1]"),
        ("::1", "[::1]"),
        ("10.0.0.7", "10.0.0.7"),
        ("desk.example", "desk.example"),
    ],
)
def test_a_server_is_reached_wherever_it_listens(listens, reached):
    assert addresses.client_host(listens) == reached


@pytest.mark.parametrize("text", [["hello"], []], ids=["a message", "a conversation"])
def test_chat_says_where_no_server_answers(text):
    refused = run("chat", *text, "--url", "http://127.0.0.1:1/graphql")
    assert refused.returncode == 1
    assert "sessions serve" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_doctor_finds_all_well(database_url):
    found = run("doctor", DATABASE_URL=database_url, SESSIONS_PORT="0")
    assert found.returncode == 0, found.stdout
    for what in ("port", "assistant", "flows", "database"):
        assert re.search(f"^ok +{what}", found.stdout, re.MULTILINE), found.stdout


def test_doctor_names_what_is_wrong_and_checks_the_rest():
    found = run("doctor", DATABASE_URL="postgresql://u:secret@127.0.0.1:1/x")
    assert found.returncode == 1
    assert re.search("^FAIL", found.stdout, re.MULTILINE)
    assert re.search("^ok +flows", found.stdout, re.MULTILINE)
    assert "secret" not in found.stdout + found.stderr


async def test_doctor_asks_the_provider_once(database_url):
    async with MessagesApi() as api:
        settings = {"DATABASE_URL": database_url, "ANTHROPIC_API_KEY": "a-key"}

        async def doctor(url: str) -> str:
            asked = partial(run, "doctor", **settings, ANTHROPIC_BASE_URL=url, SESSIONS_PORT="0")
            return (await asyncio.to_thread(asked)).stdout

        assert re.search("^ok +assistant", await doctor(f"{api.url}/v1/"), re.MULTILINE)
        assert len(api.requests) == 1
        api.enqueue(Reply(status=401, error_type="authentication_error"))
        assert "rejected the server's API key" in await doctor(api.url)
        assert "address is wrong" in await doctor(f"{api.url}/elsewhere")
    assert "cannot be reached" in await doctor("http://127.0.0.1:1")


def test_doctor_misses_the_key_of_an_assistant_that_needs_one(database_url):
    found = run("doctor", DATABASE_URL=database_url, SESSIONS_ASSISTANT="anthropic")
    assert found.returncode == 1
    assert "ANTHROPIC_API_KEY is not set" in found.stdout


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(database_url, tmp_path):
    (tmp_path / ".env").write_text("SESSIONS_ALOWED_HOSTS=desk.example.com\n")
    more = {"DATABASE_URL": database_url, "SESSIONS_MAX_COSTS": "5", "SESSIONS_PORT": "0"}
    found = run("doctor", cwd=tmp_path, **more)
    shown = " ".join(found.stdout.split())
    assert "SESSIONS_MAX_COSTS is no setting; did you mean SESSIONS_MAX_COST?" in shown
    assert "did you mean SESSIONS_ALLOWED_HOSTS?" in shown
    assert found.returncode == 0
