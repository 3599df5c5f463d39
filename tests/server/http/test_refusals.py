"""What a user is refused for a limit: each time counted, and logged once per user and episode."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from websockets.sync.client import connect

from tests.operations import CREATE
from tests.server.test_metrics import told
from tests.server.websocket_client import PROTOCOL, Socket, address
from tests.server_process import Served, run, serving

VIEWER = "{ viewer { id } }"
EVENTS = "subscription { dashboardEvents { cursor } }"
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
#: Requests of a user at once, and a minute.
MOST = 20
AT_ONCE = 10


@pytest.fixture(scope="module")
def limited(database_url):
    settings = {
        "SESSIONS_AUTH": "required",
        "SESSIONS_USER_REQUESTS_PER_MINUTE": str(MOST),
        "SESSIONS_MAX_SUBSCRIPTIONS": "2",
        "SESSIONS_MAX_OPERATIONS": "2",
        "SESSIONS_METRICS": "1",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


@pytest.fixture
def users(limited, database_url, request) -> list[Served]:
    """Two users, each with a key."""
    names = [f"{request.node.name} {number}" for number in range(2)]
    made = [run("keys", "create", "--name", name, DATABASE_URL=database_url) for name in names]
    return [limited.by(each.stdout.strip()) for each in made]


def count_refusals(served: Served, reason: str) -> float:
    return told(served)["sessions_refused_total", reason]


def lines_about(served: Served, start: int, words: str) -> list[str]:
    return [line for line in served.log[start:] if words in line]


def exceed_rate(user: Served) -> int:
    """Refused requests, after all that are allowed."""
    with user.client as client:
        ask = lambda _: client.post("/graphql", json={"query": VIEWER}).status_code  # noqa: E731
        with ThreadPoolExecutor(AT_ONCE) as threads:
            statuses = list(threads.map(ask, range(MOST + 2 * AT_ONCE)))
    assert set(statuses) == {200, 429}
    return statuses.count(429)


def test_requests_above_the_rate_of_a_user(limited, users):
    start, before = len(limited.log), count_refusals(limited, "requests_of_user")
    refused = sum(map(exceed_rate, users))
    assert refused >= 2 * AT_ONCE
    assert count_refusals(limited, "requests_of_user") == before + refused
    for user in users:
        with connect(address(limited), subprotocols=[PROTOCOL]) as connection:
            socket = introduce(connection, user)
            for number in range(AT_ONCE):
                socket.subscribe(VIEWER, operation=str(number))
            # Some are allowed again by now.
            for message in receive(socket, AT_ONCE // 2):
                if message["type"] == "error":
                    assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert count_refusals(limited, "requests_of_user") >= before + refused + AT_ONCE
    assert len(lines_about(limited, start, "RATE_LIMITED")) == 2


def introduce(connection, user: Served) -> Socket:
    socket = Socket(connection)
    socket.send(type="connection_init", payload=user.headers)
    assert socket.receive()["type"] == "connection_ack"
    return socket


def test_more_subscriptions_than_a_user_may_have(limited, users):
    start, before = len(limited.log), count_refusals(limited, "subscriptions_of_user")
    for user in users:
        with (
            connect(address(limited), subprotocols=[PROTOCOL]) as connection,
            connect(address(limited), subprotocols=[PROTOCOL]) as other_connection,
        ):
            watching = introduce(connection, user)
            for number in range(2):
                watching.subscribe(EVENTS, operation=str(number))
            begun: set[str] = set()
            while begun != {"0", "1"}:
                begun.add(watching.receive()["id"])
            socket = introduce(other_connection, user)
            for _ in range(3):
                socket.subscribe(EVENTS)
                assert socket.refusal() == "TOO_MANY_SUBSCRIPTIONS"
            with user.client as client:
                headers = {"accept": "text/event-stream"}
                answer = client.post("/graphql", json={"query": EVENTS}, headers=headers)
            assert "TOO_MANY_SUBSCRIPTIONS" in answer.text
    assert count_refusals(limited, "subscriptions_of_user") == before + 8
    assert len(lines_about(limited, start, "TOO_MANY_SUBSCRIPTIONS")) == 2


def receive(socket: Socket, errors: int) -> list[dict]:
    """Messages up to so many errors."""
    messages: list[dict] = []
    while sum(message["type"] == "error" for message in messages) < errors:
        messages.append(socket.receive())
    return messages


def test_more_operations_than_a_websocket_may_have(limited, users):
    start, before = len(limited.log), count_refusals(limited, "operations_of_websocket")
    for user in users:
        session = user.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
        watch = "subscription ($id: ID!) { sessionEvents(sessionId: $id) { cursor } }"
        with connect(address(limited), subprotocols=[PROTOCOL]) as connection:
            socket = introduce(connection, user)
            for number in range(8):
                socket.subscribe(watch, operation=str(number), id=session)
            refused = [message for message in receive(socket, 6) if message["type"] == "error"]
            codes = {message["payload"][0]["extensions"]["code"] for message in refused}
            assert codes == {"TOO_MANY_OPERATIONS"}
            assert {message["id"] for message in refused} == set("234567")
    assert count_refusals(limited, "operations_of_websocket") == before + 12
    assert len(lines_about(limited, start, "TOO_MANY_OPERATIONS")) == 2
