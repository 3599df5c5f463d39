"""What a client may ask at once: every attack is answered, and leaves the server as it was."""

import json
import socket

import pytest
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK
from websockets.sync.client import connect

from tests.operations import CREATE, HISTORY
from tests.server.websocket_client import PATIENCE, PROTOCOL, Socket, address, posted, socket_to
from tests.server_process import serving

VIEWER = "{ viewer { name } }"
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
SESSION_EVENTS = "subscription ($id: ID!) { sessionEvents(sessionId: $id) { cursor } }"
SESSION_EVENTS_AFTER = """subscription ($id: ID!, $after: String) {
  sessionEvents(sessionId: $id, after: $after) { cursor }
}"""


def codes(answer: dict) -> set[str]:
    return {error["extensions"]["code"] for error in answer["errors"]}


def doubling(spread: str, levels: int) -> str:
    """Fragments that spread the next one twice: twice as much to look at with each."""
    links = " ".join(f"fragment F{n} on User {{ {spread.format(n + 1)} }}" for n in range(levels))
    return f"{{ viewer {{ ...F0 }} }} {links} fragment F{levels} on User {{ name }}"


ATTACKS = {
    "aliases": ("{" + " ".join(f"a{n}: viewer {{ id }}" for n in range(31)) + "}", "TOO_MANY"),
    "aliases through fragments": (doubling("a: name ...F{0} ...F{0}", 12), "TOO_MANY_ALIASES"),
    "fragments that double": (doubling("...F{0} ...F{0}", 28), "OPERATION_TOO_COSTLY"),
    "directives": ("{ viewer { name " + "@include(if: true) " * 31 + "} }", "TOO_MANY_DIRECTIVES"),
    "unknown directives": ("{ viewer { name " + "@a " * 20 + "} }", "GRAPHQL_VALIDATION_FAILED"),
    "root fields": ("{" + "viewer { id } " * 40 + "}", "TOO_MANY_ROOT_FIELDS"),
    "overlapping fields": ("{ viewer {" + "account { id } " * 80 + "} }", "DOCUMENT_TOO_COMPLEX"),
    "overlapping in fragments": (
        "{ viewer { ...F } } fragment F on User {" + "account { id } " * 80 + "}",
        "DOCUMENT_TOO_COMPLEX",
    ),
    "overlapping in inline fragments": (
        "{ viewer {" + "... { name } " * 75 + "} }",
        "DOCUMENT_TOO_COMPLEX",
    ),
    "depth": ("{ a" * 100 + "}" * 100, "DOCUMENT_TOO_DEEP"),
    "depth through fragments": (
        "{ viewer { account { ...F } } } fragment F on Account " + "{ a" * 21 + "}" * 21,
        "DOCUMENT_TOO_DEEP",
    ),
    "depth, as much as fits": ("{ a" * 120 + "}" * 120, "DOCUMENT_TOO_DEEP"),
    "tokens": ("{ viewer {" + "name " * 1_000 + "} }", "TOO_MANY_TOKENS"),
    "a large document": ("{ viewer { name } } #" + "a" * 20_000, "DOCUMENT_TOO_LARGE"),
    "circular fragments": (
        "{ viewer { ...A } } fragment A on User { ...B } fragment B on User { ...A }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "a fragment that is not there": ("{ viewer { ...Nope } }", "GRAPHQL_VALIDATION_FAILED"),
    "circular introspection": (
        "{ __schema { types { " + "fields { type { " * 8 + "name" + " } }" * 8 + " } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "introspection again and again": (
        "{" + " ".join(f"a{n}: __schema {{ ...F }}" for n in range(25)) + "}"
        " fragment F on __Schema { types { name kind fields { name args { name type { name } }"
        " type { name kind ofType { name kind ofType { name kind } } } } } }",
        "OPERATION_TOO_COSTLY",
    ),
    "pages in pages": (
        "{ sessions(first: 100) { edges { node { history(first: 100) { edges { node { cursor kind }"
        " } } } } } }",
        "OPERATION_TOO_COSTLY",
    ),
    "a number of 5,000 digits": (
        "{ sessions(first: " + "9" * 5_000 + ") { totalCount } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
}


@pytest.mark.parametrize(("document", "code"), ATTACKS.values(), ids=ATTACKS)
def test_an_attack_is_refused_over_http(served, document, code):
    [refused] = codes(served.ask(document)) or [""]
    assert refused.startswith(code)
    assert served.data(VIEWER)


@pytest.mark.parametrize(("document", "code"), ATTACKS.values(), ids=ATTACKS)
def test_and_just_so_over_a_websocket(served, document, code):
    with socket_to(served) as socket:
        socket.subscribe(document)
        message = socket.receive()
        payload = message["payload"]
        errors = payload if message["type"] == "error" else payload["errors"]
        assert {error["extensions"]["code"] for error in errors}.pop().startswith(code)
        if message["type"] == "next":
            assert socket.receive()["type"] == "complete"
        socket.subscribe(VIEWER, operation="2")
        [result] = socket.results()
        assert result["data"]["viewer"]


FILTERED = """query ($filter: SessionFilter, $first: Int) {
  sessions(filter: $filter, first: $first) { totalCount }
}"""
#: As many as the JSON of a request may hold.
MANY = 10_000
MANY_VALUES = {
    "items": {"filter": {"status": ["ACTIVE"] * MANY}},
    "items that do not exist": {"filter": {"status": ["NONE"] * MANY}},
    "lists": {"filter": {"status": [["ACTIVE"]] * MANY}},
    "fields": {"filter": {f"field{number}": 1 for number in range(MANY)}},
    "variables": {f"variable{number}": 1 for number in range(MANY)},
    "values of an unknown variable": {"unknown": [[1] * 100] * 100},
    "one more": {"filter": {"status": ["ACTIVE"] * 499}},
}


@pytest.mark.parametrize("variables", MANY_VALUES.values(), ids=MANY_VALUES)
def test_many_values_in_variables_are_refused(served, variables):
    assert codes(served.ask(FILTERED, **variables)) == {"TOO_MANY_VARIABLE_VALUES"}
    with socket_to(served) as socket:
        socket.subscribe(FILTERED, **variables)
        assert socket.refusal() == "TOO_MANY_VARIABLE_VALUES"
        socket.subscribe(VIEWER, operation="2")
        [result] = socket.results()
        assert result["data"]["viewer"]
    most = {"filter": {"status": ["ACTIVE"] * 498}}
    assert served.data(FILTERED, **most)["sessions"]["totalCount"] >= 0


@pytest.mark.parametrize("id", ["\ud800", "\x00", "a" * 100_000, "\u202e\ufeff", "9" * 5_000])
@pytest.mark.parametrize(
    "document",
    ["query ($id: ID!) { session(id: $id) { id } }", "query ($id: ID!) { node(id: $id) { id } }"],
)
def test_ids_that_cannot_be_are_of_nothing(served, document, id):
    body = json.dumps({"query": document, "variables": {"id": id}})
    with served.client as client:
        answer = client.post(
            "/graphql", content=body, headers={"content-type": "application/json"}
        ).json()
    assert not any((answer.get("data") or {}).values())
    assert "INTERNAL" not in json.dumps(answer)


@pytest.mark.parametrize("asked", ["first: -1", "first: 1000000000", "first: 101"])
def test_a_page_that_cannot_be_is_refused_by_its_field(served, asked):
    answer = served.ask(f"{{ sessions({asked}) {{ totalCount }} }}")
    assert codes(answer) == {"INVALID_INPUT"}


def test_the_size_of_a_page_counts_also_where_it_comes_from_a_variable(served):
    document = """
    query ($n: Int) {
      sessions(first: $n) {
        edges { node { history(first: $n) { edges { node { cursor kind } } } } }
      }
    }
    """
    assert served.data(document, n=20)["sessions"]["edges"] is not None
    assert codes(served.ask(document, n=100)) == {"OPERATION_TOO_COSTLY"}


def test_names_of_the_schema_are_not_proposed(served):
    for document, variables in (
        ("{ viewr { name } }", {}),
        ("{ viewer { nam } }", {}),
        ("{ sessions(frist: 1) { totalCount } }", {}),
        ("{ sessions(orderBy: UPDATED_AT_DES) { totalCount } }", {}),
        ("query ($f: SessionFilter) { sessions(filter: $f) { totalCount } }", {"f": {"statu": 1}}),
    ):
        answer = served.ask(document, **variables)
        assert codes(answer) == {"GRAPHQL_VALIDATION_FAILED"}
        assert "Did you mean" not in json.dumps(answer)


def test_many_requests_in_one_are_refused(served):
    with served.client as client:
        answer = client.post("/graphql", json=[{"query": VIEWER}] * 10)
    assert answer.status_code == 400
    assert codes(answer.json()) == {"BAD_REQUEST"}


def test_a_body_is_not_read_beyond_its_limit(served):
    def chunks():
        for _ in range(100):
            yield b" " * 50_000

    with served.client as client:
        answer = client.post(
            "/graphql", content=chunks(), headers={"content-type": "application/json"}
        )
    assert answer.status_code == 413
    assert codes(answer.json()) == {"REQUEST_TOO_LARGE"}
    assert served.data(VIEWER)


def test_a_large_message_closes_its_connection_alone(served):
    with socket_to(served) as socket, socket_to(served) as other:
        socket.subscribe(VIEWER + "#" + "a" * 1_100_000)
        with pytest.raises(ConnectionClosedError) as closed:
            socket.receive()
        assert closed.value.rcvd.code == 1009
        other.subscribe(VIEWER)
        assert list(other.results())


def test_operations_of_one_connection_are_counted(served):
    created = served.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
    with socket_to(served) as socket:
        for n in range(51):
            socket.subscribe(SESSION_EVENTS, operation=f"s{n}", id=created)
        message = socket.receive()
        assert message["id"] == "s50"
        assert message["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"
        socket.send(id="s0", type="complete")
        socket.subscribe(VIEWER, operation="v")
        assert next(socket.results())["data"]["viewer"]


def test_a_client_that_leaves_in_the_middle_of_much_leaves_no_trace(served):
    created = served.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
    first = served.data(HISTORY, id=created)["session"]["history"]["edges"][0]["node"]
    for _ in range(3):
        with socket_to(served) as socket:
            for n in range(40):
                socket.send(
                    id=f"s{n}",
                    type="subscribe",
                    payload={
                        "query": "subscription ($id: ID!, $after: String) {"
                        " sessionEvents(sessionId: $id, after: $after) { cursor } }",
                        "variables": {"id": created, "after": first["cursor"]},
                    },
                )
            socket.connection.socket.close()
    assert served.data(VIEWER)
    assert "Traceback" not in "".join(served.log)


def test_no_attack_left_a_traceback_and_each_refusal_one_line_without_content(served):
    before = len(served.log)
    secret = "correcthorsebatterystaple"
    assert codes(served.ask(f"{{ {secret} }}")) == {"GRAPHQL_VALIDATION_FAILED"}
    assert codes(served.ask("{ a" * 50 + "}" * 50)) == {"DOCUMENT_TOO_DEEP"}
    with socket_to(served) as socket:
        socket.subscribe(f"{{ {secret} }}")
        assert socket.refusal() == "GRAPHQL_VALIDATION_FAILED"
    assert served.has_logged("GRAPHQL_VALIDATION_FAILED", times=2, since=before)
    said = "".join(served.log[before:])
    assert "Traceback" not in "".join(served.log)
    assert secret not in said
    assert said.count("Rejected an operation: GRAPHQL_VALIDATION_FAILED") == 2
    assert said.count("Rejected an operation: DOCUMENT_TOO_DEEP") == 1


@pytest.fixture(scope="module")
def strict(database_url):
    """A server whose operator wants little of everything."""
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_INTROSPECTION="false",
        SESSIONS_GRAPHIQL="false",
        SESSIONS_SUGGESTIONS="true",
        SESSIONS_EXECUTION_SECONDS="0.0001",
        SESSIONS_MAX_SUBSCRIPTIONS="2",
        SESSIONS_MAX_DOCUMENT_BYTES="200",
        SESSIONS_MAX_BODY_BYTES="1000",
        SESSIONS_MAX_MESSAGE_BYTES="1000",
    ) as server:
        yield server


def test_what_takes_too_long_is_given_up(strict):
    assert codes(strict.ask(VIEWER)) == {"EXECUTION_TIMED_OUT"}
    with socket_to(strict) as socket:
        socket.subscribe(VIEWER)
        assert socket.refusal() == "EXECUTION_TIMED_OUT"


@pytest.mark.parametrize(
    "document", ["{ __schema { __typename } }", '{ __type(name: "A") { name } }']
)
def test_the_schema_can_be_kept_back(strict, document):
    assert codes(strict.ask(document)) == {"GRAPHQL_VALIDATION_FAILED"}
    with socket_to(strict) as socket:
        socket.subscribe(document)
        assert socket.refusal() == "GRAPHQL_VALIDATION_FAILED"
    with strict.client as client:
        answer = client.get(
            "/graphql", params={"query": document}, headers={"accept": "text/event-stream"}
        )
    assert "GRAPHQL_VALIDATION_FAILED" in answer.text
    assert strict.ask("{ __typename }")["data"] == {"__typename": "Query"}


def test_graphiql_can_be_switched_off(strict):
    with strict.client as client:
        answer = client.get("/graphql", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/json"


def test_names_can_be_proposed_to_developers(strict):
    assert "Did you mean 'viewer'" in strict.ask("{ viewr { name } }")["errors"][0]["message"]


def test_who_does_not_introduce_themselves_has_to_leave(database_url):
    hasty = {"DATABASE_URL": database_url, "SESSIONS_CONNECTION_INIT_SECONDS": "0.3"}
    with (
        serving(**hasty) as server,
        connect(address(server), subprotocols=[PROTOCOL]) as connection,
        pytest.raises(ConnectionClosedError) as closed,
    ):
        connection.recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4408


def test_a_connection_on_which_nothing_runs_is_closed(database_url):
    hasty = {"DATABASE_URL": database_url, "SESSIONS_IDLE_SECONDS": "1"}
    with (
        serving(**hasty) as server,
        socket_to(server) as socket,
        pytest.raises(ConnectionClosedOK) as closed,
    ):
        socket.receive()
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1000, "Idle")


def streamed(client) -> str:
    asked = {"query": "{ __typename }"}
    return client.post("/graphql", json=asked, headers={"accept": "text/event-stream"}).text


def test_subscriptions_of_one_user_are_counted_over_all_connections(served, strict):
    created = served.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
    with (
        connect(address(strict), subprotocols=[PROTOCOL]) as one,
        connect(address(strict), subprotocols=[PROTOCOL]) as other,
    ):
        for connection in (one, other):
            Socket(connection).send(type="connection_init")
            assert Socket(connection).receive()["type"] == "connection_ack"
            Socket(connection).subscribe(SESSION_EVENTS, operation="a", id=created)
            Socket(connection).send(type="ping")
            assert Socket(connection).receive()["type"] == "pong"
        Socket(other).send(
            id="b", type="subscribe", payload={"query": "{ __typename }", "variables": {}}
        )
        assert Socket(other).refusal() == "TOO_MANY_SUBSCRIPTIONS"
    with strict.client as client:
        # Soon after they have left, there is room again.
        while "TOO_MANY" in (answer := streamed(client)):
            pass
    assert '"__typename":"Query"' in answer


def test_subscriptions_of_who_has_left_are_not_counted_also_with_a_request_behind_them(
    served, strict
):
    created = served.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
    first = served.data(HISTORY, id=created)["session"]["history"]["edges"][0]["node"]
    asked = posted(SESSION_EVENTS_AFTER, id=created, after=first["cursor"])
    here = ("127.0.0.1", int(strict.origin.rsplit(":", 1)[1]))
    before = len(strict.log)
    with (
        socket.create_connection(here, PATIENCE) as one,
        socket.create_connection(here, PATIENCE) as other,
    ):
        for connection in (one, other):
            connection.sendall(asked * 2)
            told = b""
            while b'"cursor"' not in told:
                told += (piece := connection.recv(1000))
                assert piece, told
    with strict.client as client:
        while "TOO_MANY" in (answer := streamed(client)):
            pass
    assert '"__typename":"Query"' in answer
    # Nor did a stream have to break on what it could no longer send.
    assert codes(strict.ask("{ a" * 100 + "}" * 100)) == {"DOCUMENT_TOO_LARGE"}
    assert strict.has_logged("DOCUMENT_TOO_LARGE", since=before)
    assert "Traceback" not in "".join(strict.log[before:])
