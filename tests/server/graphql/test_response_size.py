"""Responses that are too large, and clients that do not read them."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import psutil
import pytest

from tests.server.uvicorn.test_unresponsive_clients import frame, upgrade
from tests.server.websocket_client import PATIENCE, posted, socket_to
from tests.server_process import Served, serving, sign_in_users

LOG = "0123456789abcde\n" * 12_000
CONTROLS = "What is this? " + "\x01" * 15_000
FIRST_MESSAGE = """
query ($id: ID!) {
  session(id: $id) {
    ... on ChatSession { messages(first: 1) { edges { node { content } } } }
  }
}
"""
SESSION = "query ($id: ID!) { session(id: $id) { intake { text logText } } }"
NO_LOG = "query ($id: ID!) { session(id: $id) { id intakeType } }"
EVENTS = "subscription ($id: ID!) { sessionEvents(sessionId: $id) { kind session { FIELDS } } }"
RATE = "mutation ($id: ID!) { rateSession(input: { sessionId: $id, rating: 5 }) { __typename } }"
CREATE_ONLY = """
mutation ($input: CreateSessionInput!) {
  createSession(input: $input) {
    ... on CreateSessionSuccess { session { id } }
    ... on Error { code message }
  }
}
"""
CREATE_AND_READ = """
mutation ($input: CreateSessionInput!) {
  createSession(input: $input) {
    __typename
    ... on CreateSessionSuccess { session { id intake { text logText } } }
  }
}
"""
TOO_LARGE = "RESPONSE_TOO_LARGE"
LARGE = "intake { text logText }"


@pytest.fixture(scope="module", params=["compiled", "by the library"])
def bounded(database_url, request):
    """A server whose responses have at most 70 kB."""
    settings = {
        "SESSIONS_COMPILED": str(request.param == "compiled"),
        "SESSIONS_MAX_RESPONSE_BYTES": "70000",
        "SESSIONS_MAX_ESTIMATED_BYTES": "500000",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


def create(served, **intake) -> str:
    created = served.data(CREATE_ONLY, input={"sessionType": "CHAT", "intake": intake})
    return created["createSession"]["session"]["id"]


def code(answer: dict) -> str:
    assert answer["data"] is None
    [error] = answer["errors"]
    return error["extensions"]["code"]


@pytest.fixture(scope="module")
def large(bounded) -> str:
    """A session with a log that is larger than a response may be."""
    return create(bounded, logText=LOG, text="See the log")


def test_the_attack_of_29_aliases_is_rejected_before_anything_is_read(served):
    aliases = " ".join(f"a{n}: intake {{ text logText }}" for n in range(29))
    answer = served.ask(f"{{ sessions(first: 100) {{ edges {{ node {{ {aliases} }} }} }} }}")
    assert set(answer) == {"errors"}
    assert answer["errors"][0]["extensions"]["code"] == TOO_LARGE
    assert "16,000,000" in answer["errors"][0]["message"]
    assert served.data("{ viewer { id } }")


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_response_that_is_too_large_is_an_error_in_its_place(bounded, large, method):
    with bounded.client as client:
        if method == "POST":
            asked = {"query": SESSION, "variables": {"id": large}}
            answer = client.post("/graphql", json=asked)
        else:
            asked = {"query": SESSION, "variables": json.dumps({"id": large})}
            answer = client.get("/graphql", params=asked)
    assert answer.status_code == 200
    assert code(answer.json()) == TOO_LARGE
    assert bounded.data(NO_LOG, id=large)["session"]["id"] == large


def test_escaped_text_is_measured_as_it_is_sent(bounded):
    """Within the estimate, which counts a byte for a character, but six bytes each as JSON."""
    escaped = create(bounded, text=CONTROLS)
    assert code(bounded.ask(FIRST_MESSAGE, id=escaped)) == TOO_LARGE
    ordinary = create(bounded, text="y" * len(CONTROLS))
    session = bounded.data(FIRST_MESSAGE, id=ordinary)["session"]
    assert session["messages"]["edges"][0]["node"]["content"] == "y" * len(CONTROLS)


def test_a_mutation_is_done_although_its_response_is_too_large(bounded):
    count = "{ sessions { totalCount } }"
    before = bounded.data(count)["sessions"]["totalCount"]
    intake = {"sessionType": "CHAT", "intake": {"logText": LOG, "text": "See the log"}}
    answer = bounded.ask(CREATE_AND_READ, input=intake)
    assert code(answer) == TOO_LARGE
    assert bounded.data(count)["sessions"]["totalCount"] == before + 1


def test_a_large_result_over_a_websocket_is_an_error_and_the_socket_stays_open(bounded, large):
    with socket_to(bounded) as viewer:
        viewer.subscribe(SESSION, id=large)
        [answer] = viewer.results()
        assert code(answer) == TOO_LARGE
        viewer.subscribe(NO_LOG, id=large)
        [answer] = viewer.results()
        assert answer["data"]["session"]["id"] == large


def kinds(answers: list[dict]) -> set[str]:
    return {answer["data"]["sessionEvents"]["kind"] for answer in answers}


def test_a_large_event_is_an_error_and_the_stream_goes_on(bounded, large):
    aliases = " ".join(f"{name}: title" for name in "ab")
    with socket_to(bounded) as viewer:
        viewer.subscribe(EVENTS.replace("FIELDS", LARGE), operation="large", id=large)
        viewer.subscribe(EVENTS.replace("FIELDS", aliases), operation="small", id=large)
        seen = {"large": [], "small": []}
        # Events of the first answer may come before those of the ratings.
        while len(seen["large"]) < 2 or "RATED" not in kinds(seen["small"]):
            bounded.data(RATE, id=large)
            for _ in seen:
                message = viewer.receive()
                seen[message["id"]].append(message["payload"])
    assert {code(answer) for answer in seen["large"]} == {TOO_LARGE}


@contextmanager
def rating(served: Served, session: str) -> Iterator[None]:
    """Rates again and again: a stream begins a moment after its head is sent."""
    is_over = threading.Event()

    def rate() -> None:
        while not is_over.wait(0.1):
            served.data(RATE, id=session)

    with ThreadPoolExecutor(1) as ratings:
        rated = ratings.submit(rate)
        try:
            yield
        finally:
            is_over.set()
        rated.result()


def test_a_large_event_over_server_sent_events_is_an_error(bounded, large):
    asked = {"query": EVENTS.replace("FIELDS", LARGE), "variables": {"id": large}}
    accept = {"accept": "text/event-stream"}
    with (
        bounded.client as client,
        client.stream("POST", "/graphql", json=asked, headers=accept) as stream,
        rating(bounded, large),
    ):
        data = next(line for line in stream.iter_lines() if line.startswith("data:"))
    assert code(json.loads(data.removeprefix("data:"))) == TOO_LARGE


@pytest.fixture(scope="module")
def crowded(database_url):
    """A server with memory for one large response, and little patience."""
    settings = {
        "SESSIONS_MAX_PENDING_BYTES": "7000000",
        "SESSIONS_RESPONSE_WAIT_SECONDS": "0.1",
        "SESSIONS_CLIENT_READ_SECONDS": "600",
        "SESSIONS_METRICS": "true",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


ALIASES = " ".join(f"a{n}: intake {{ text logText }}" for n in range(29))
MANY = f"query ($id: ID!) {{ session(id: $id) {{ {ALIASES} }} }}"


@pytest.fixture(scope="module")
def logged(crowded) -> str:
    return create(crowded, logText=LOG, text="See the log")


@contextmanager
def unread(served, request: bytes = b""):
    """A connection whose client hardly buffers, asks and does not read."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", int(served.url.split(":")[2].split("/")[0])))
        client.sendall(request)
        yield client


def ask_plainly(query: str, **variables) -> bytes:
    """A request for one response."""
    return posted(query, **variables).replace(b"text/event-stream", b"application/json")


def pending_bytes(served) -> float:
    with served.client as client:
        lines = client.get("/metrics").text.splitlines()
    [value] = [line.split()[1] for line in lines if line.startswith("sessions_response_bytes_p")]
    return float(value)


def wait_until(condition) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_connected(served, client: socket.socket) -> bool:
    port = client.getsockname()[1]
    process = psutil.Process(served.process.pid)
    return any(c.raddr and c.raddr.port == port for c in process.net_connections("tcp"))


def test_large_operations_are_rejected_until_the_client_that_does_not_read_is_given_up(
    crowded, logged
):
    with unread(crowded, ask_plainly(MANY, id=logged)) as client, crowded.client as other:
        wait_until(lambda: pending_bytes(crowded) > 1_000_000)
        asked = {"query": MANY, "variables": {"id": logged}}
        answers = [other.post("/graphql", json=asked)]
        while answers[-1].status_code != 200:
            assert crowded.data("{ viewer { id } }"), "others are served meanwhile"
            answers.append(other.post("/graphql", json=asked))
        assert len(answers[-1].json()["data"]["session"]) == 29
        wait_until(lambda: not is_connected(crowded, client))
    for rejected in answers[:-1]:
        assert rejected.status_code == 503
        assert rejected.headers["retry-after"] == "1"
        assert rejected.json()["errors"][0]["extensions"] == {"code": "SERVER_BUSY"}
    assert crowded.has_logged("Closed a connection whose client does not read")
    wait_until(lambda: pending_bytes(crowded) == 0)


def test_a_websocket_that_is_not_read_is_given_up_when_others_need_the_memory(crowded, logged):
    with unread(crowded) as client:
        upgrade(client)
        for n in range(4):
            payload = {"query": MANY, "variables": {"id": logged}}
            client.sendall(frame({"id": str(n), "type": "subscribe", "payload": payload}))
        wait_until(lambda: pending_bytes(crowded) > 1_000_000)
        wait_until(lambda: "errors" not in crowded.ask(MANY, id=logged))
        wait_until(lambda: not is_connected(crowded, client))
    assert crowded.data("{ viewer { id } }")


@pytest.fixture(scope="module")
def impatient(database_url):
    settings = {
        "SESSIONS_CLIENT_READ_SECONDS": "1",
        "SESSIONS_CLIENT_BYTES_PER_SECOND": "10000000",
        "SESSIONS_METRICS": "true",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


@pytest.mark.parametrize("way", ["http", "websocket", "events"])
def test_a_client_that_reads_too_slowly_is_given_up(impatient, way):
    """It reads a little now and then, so that its system does not look dead."""
    session = create(impatient, logText=LOG, text="See the log")
    with unread(impatient) as client:
        if way == "websocket":
            upgrade(client)
            payload = {"query": MANY, "variables": {"id": session}}
            client.sendall(frame({"id": "1", "type": "subscribe", "payload": payload}))
        else:
            request = posted if way == "events" else ask_plainly
            client.sendall(request(MANY, id=session))
        wait_until(lambda: pending_bytes(impatient) > 0)

        def is_given_up() -> bool:
            with suppress(ConnectionError):
                client.recv(512)
            return not is_connected(impatient, client)

        wait_until(is_given_up)
    assert impatient.has_logged("Closed a connection whose client does not read")
    wait_until(lambda: pending_bytes(impatient) == 0)
    assert impatient.data(NO_LOG, id=session)["session"]["id"] == session


@pytest.fixture(scope="module")
def shared(database_url):
    """A server for two users, each of whom may use the memory of one large response."""
    settings = {
        "SESSIONS_AUTH": "required",
        "SESSIONS_MAX_USER_PENDING_BYTES": "7000000",
        "SESSIONS_RESPONSE_WAIT_SECONDS": "0.1",
        "SESSIONS_CLIENT_READ_SECONDS": "600",
        "SESSIONS_METRICS": "true",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def two_users(shared, database_url):
    return sign_in_users(shared, database_url, "Reads nothing", "Reads all")


def ask_without_reading(client: socket.socket, user, way: str, session: str) -> None:
    if way == "websocket":
        upgrade(client, **user.headers)
        payload = {"query": MANY, "variables": {"id": session}}
        client.sendall(frame({"id": "1", "type": "subscribe", "payload": payload}))
    else:
        bearer = f"Authorization: {user.headers['Authorization']}\r\nHost".encode()
        client.sendall(ask_plainly(MANY, id=session).replace(b"Host", bearer, 1))


@pytest.mark.parametrize("way", ["http", "websocket"])
def test_a_user_who_does_not_read_takes_a_share_and_no_more(shared, two_users, way):
    idle, busy = two_users
    session = create(busy, logText=LOG, text="See the log")
    answers = []
    # On a slow machine the client is given up before the next operation of its user.
    while not any("errors" in answer for answer in answers):
        assert len(answers) < 10
        with unread(shared) as client:
            ask_without_reading(client, idle, way, session)
            wait_until(lambda: pending_bytes(shared) > 1_000_000)
            answers.append(idle.ask(MANY, id=session))
            assert idle.data("{ viewer { id } }"), "small operations do not wait"
            for _ in range(3):
                assert len(busy.data(MANY, id=session)["session"]) == 29
            wait_until(lambda: "errors" not in idle.ask(MANY, id=session))
            wait_until(lambda: not is_connected(shared, client))
    assert answers[-1]["errors"][0]["extensions"] == {"code": "SERVER_BUSY"}
