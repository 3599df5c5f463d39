"""Whatever is thrown at the endpoint, it answers, in its own words, and goes on."""

import json
from string import printable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests import operations
from tests.fuzzing import random_examples
from tests.server.websocket_client import PATIENCE, PROTOCOL, address, socket_to

VIEWER = "{ viewer { name } }"
#: What a socket may be closed with for what its client sent; 1009 is for a large message.
CODES = {1009, 4400, 4401, 4409, 4429}


#: JSON as Python writes it, with what JSON does not know.
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
WORDS = (
    *(
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        "!",
        "$",
        "@",
        "...",
        "=",
        "|",
        "&",
        '"',
        '"""',
        "#",
        "\n",
    ),
    *("query", "mutation", "subscription", "fragment", "on", "null", "true", "1", "-1e999"),
    *("viewer", "name", "sessions", "first", "edges", "node", "id", "__typename", "__schema"),
    *(
        "User",
        "Query",
        "AISession",
        "F",
        "A",
        "$first",
        "@skip",
        "@include",
        "if",
        "\ufeff",
        "\x00",
    ),
)
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


@st.composite
def broken(draw: Any) -> str:
    """A document of ours with a part cut out, doubled, or replaced."""
    text = draw(st.sampled_from([operations.GET, operations.CREATE, operations.TOKENS, VIEWER]))
    begin = draw(st.integers(0, len(text)))
    end = draw(st.integers(begin, min(len(text), begin + 40)))
    middle = draw(texts | st.text(max_size=10) | st.just(text[begin:end] * 2))
    return text[:begin] + middle + text[end:]


documents = texts | broken() | st.text(max_size=60)
requests = st.fixed_dictionaries(
    {},
    optional={
        "query": documents | values,
        "variables": values | st.fixed_dictionaries({"id": values, "input": values}),
        "operationName": values,
        "extensions": values | st.fixed_dictionaries({"persistedQuery": values}),
        "documentId": values,
        "id": values,
        "type": values,
    },
)
header_values = st.text(printable.strip(), max_size=40) | st.sampled_from(
    ["application/json", "application/json; charset=utf-16", "text/event-stream", "*/*;q=x", ";;=,"]
)
headers = st.dictionaries(
    st.sampled_from(
        ["accept", "content-type", "origin", "sec-fetch-site", "sec-fetch-mode", "x-forwarded-for"]
    ),
    header_values,
)


def sane(answer) -> None:
    """No mistake of ours, and errors with codes."""
    assert answer.status_code < 500, answer.text
    assert "INTERNAL" not in answer.text
    assert "Traceback" not in answer.text
    if answer.content and "json" in answer.headers["content-type"]:
        for error in answer.json().get("errors", ()):
            assert error["extensions"]["code"]


@pytest.fixture(scope="module")
def client(served):
    with served.client as client:
        yield client
    assert served.data(VIEWER)
    assert "Traceback" not in "".join(served.log)


@random_examples
@given(asked=requests | values)
def test_any_json_gets_an_answer(client, asked):
    answer = client.post(
        "/graphql", content=json.dumps(asked), headers={"content-type": "application/json"}
    )
    sane(answer)


@random_examples
@given(text=documents, variables=st.dictionaries(st.sampled_from(["id", "input", "after"]), values))
def test_any_document_gets_an_answer(client, text, variables):
    body = json.dumps({"query": text, "variables": variables})
    sane(client.post("/graphql", content=body, headers={"content-type": "application/json"}))


@random_examples
@given(body=st.binary(max_size=200))
def test_any_bytes_get_an_answer(client, body):
    sane(client.post("/graphql", content=body, headers={"content-type": "application/json"}))


@random_examples
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD"]),
    headers=headers,
    query=documents,
)
def test_any_method_and_headers_get_an_answer(client, method, headers, query):
    body = json.dumps({"query": query}) if method == "POST" else None
    sane(client.request(method, "/graphql", content=body, headers=headers))


@random_examples
@given(
    params=st.dictionaries(
        st.sampled_from(["query", "variables", "operationName", "extensions", "documentId"]),
        (documents | values.map(json.dumps)).filter(lambda text: text.isprintable()),
    )
)
def test_any_query_string_gets_an_answer(client, params):
    sane(client.get("/graphql", params=params))


def settled(connection) -> int | None:
    """The code it was closed with, or none where it still answers."""
    try:
        connection.send('{"type": "ping"}')
        while json.loads(connection.recv(timeout=PATIENCE))["type"] != "pong":
            pass
    except ConnectionClosed as closed:
        return closed.rcvd.code
    return None


frames = st.lists(
    (requests | values).map(json.dumps) | documents | st.binary(max_size=60), max_size=4
)
encodable = frames.filter(
    lambda each: all(isinstance(f, bytes) or f.isascii() or f.isprintable() for f in each)
)


@random_examples
@given(frames=encodable)
def test_any_frames_before_the_handshake_close_a_socket_or_do_not(served, client, frames):
    with connect(address(served), subprotocols=[PROTOCOL]) as connection:
        try:
            for frame in frames:
                connection.send(frame)
        except ConnectionClosed:
            pass
        assert settled(connection) in {None, *CODES}


messages = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["subscribe", "complete", "ping", "pong", "connection_init"])
        | values
    },
    optional={"id": st.sampled_from(["1", "2", ""]) | values, "payload": requests | values},
)


@random_examples
@given(sent=st.lists(messages.map(json.dumps), max_size=6))
def test_any_messages_after_it_are_answered_or_close_it(served, client, sent):
    with socket_to(served) as socket:
        try:
            for message in sent:
                socket.connection.send(message)
        except ConnectionClosed:
            pass
        assert settled(socket.connection) in {None, *CODES}
