"""Mutations of one user under way at the same time: how much they may write together."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.sync.client import connect

from tests.operations import CREATE
from tests.server.test_metrics import told
from tests.server.test_slow_reads import Database
from tests.server.websocket_client import PROTOCOL, Socket, address
from tests.server_process import Served, serving, sign_in_users

LOG = "Disk 0 has a bad block at 0x1f.\n" * 6_000
SHORT = {"input": {"sessionType": "CHAT", "intake": {"text": "What is this?"}}}
LONG = {"input": {"sessionType": "CHAT", "intake": {"text": "What is this?", "logText": LOG}}}
#: Mutations wait for the lock, or for another one of their account that waits for it.
ANY = "%"


@pytest.fixture(scope="module")
def narrow(database_url):
    """One long text of a user at once, or two short ones beside each other."""
    settings = {
        "SESSIONS_AUTH": "required",
        "SESSIONS_MAX_USER_WRITE_CHARS": "8000",
        "SESSIONS_RESPONSE_WAIT_SECONDS": "0.1",
        "SESSIONS_METRICS": "1",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def users(narrow, database_url) -> list[Served]:
    return sign_in_users(narrow, database_url, "One", "Two")


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def count_refusals(served: Served) -> float:
    return told(served)["sessions_refused_total", "writes_of_user"]


def ask(user: Served, variables: dict) -> tuple[int, dict]:
    with user.client as client:
        answer = client.post("/graphql", json={"query": CREATE, "variables": variables})
    return answer.status_code, answer.json()


def test_long_texts_of_a_user_are_written_one_after_the_other(narrow, users, database):
    busy, other = users
    before, start = count_refusals(narrow), len(narrow.log)
    with ThreadPoolExecutor(8) as threads:
        with database.locked("session_search"):
            first = threads.submit(ask, busy, LONG)
            database.wait_until(ANY, 1)
            for variables in (LONG, SHORT):
                status, answer = ask(busy, variables)
                assert status == 429
                assert answer["errors"][0]["extensions"] == {"code": "TOO_MANY_WRITES"}
            with connect(address(narrow), subprotocols=[PROTOCOL]) as connection:
                socket = Socket(connection)
                socket.send(type="connection_init", payload=busy.headers)
                assert socket.receive()["type"] == "connection_ack"
                socket.subscribe(CREATE, **SHORT)
                assert socket.refusal() == "TOO_MANY_WRITES"
            assert busy.data("{ viewer { id } }"), "reading goes on"
            of_other = threads.submit(ask, other, LONG)
            database.wait_until(ANY, 2)
        assert first.result()[0] == of_other.result()[0] == 200
    assert count_refusals(narrow) == before + 3
    assert len([line for line in narrow.log[start:] if "TOO_MANY_WRITES" in line]) == 1
    answer: dict = {}
    while "data" not in answer:  # the last one keeps its place for a moment
        answer = ask(busy, LONG)[1]
    assert answer["data"]["createSession"]["__typename"] == "CreateSessionSuccess"


def test_short_texts_are_written_beside_each_other(users, database):
    with ThreadPoolExecutor(8) as threads:
        with database.locked("session_search"):
            pair = [threads.submit(ask, users[0], SHORT) for _ in range(2)]
            database.wait_until(ANY, 2)
            assert ask(users[0], SHORT)[0] == 429
        assert [each.result()[0] for each in pair] == [200, 200]
