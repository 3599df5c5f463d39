"""GraphQL over WebSocket, in the protocol of `graphql-ws`."""

import json

import pytest
from websockets.exceptions import ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect

from tests.operations import CREATE, GENERATION_EVENTS
from tests.server.websocket_client import PATIENCE, PROTOCOL, Socket, address, socket_to

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}


@pytest.fixture
def socket(served):
    with socket_to(served) as socket:
        yield socket


def test_queries_and_mutations_work_too(socket):
    socket.subscribe(CREATE, input=CHAT)
    [result] = socket.results()
    assert result["data"]["createSession"]["__typename"] == "CreateSessionSuccess"


def test_a_viewer_that_comes_back_gets_just_what_it_missed(live, provider):
    answer = provider.script(CHAT["intake"]["text"], "The mailbox is full.")
    answer.release(2)
    created = live.data(CREATE, input=CHAT)["createSession"]["generation"]
    with socket_to(live) as socket:
        socket.subscribe(GENERATION_EVENTS, generationId=created["id"])
        first = [next(socket.results())["data"]["generationEvents"] for _ in range(2)]
        socket.send(id="1", type="complete")

    answer.finish()
    with socket_to(live) as again:
        again.subscribe(GENERATION_EVENTS, generationId=created["id"], after=first[-1]["cursor"])
        rest = [result["data"]["generationEvents"] for result in again.results()]

    whole = "".join(event.get("text", "") for event in first + rest)
    assert whole == rest[-1]["message"]["content"]


def test_an_invalid_operation_ends_alone_and_not_the_connection(socket):
    socket.subscribe("subscription { nothing }")
    answer = socket.receive()
    assert answer["type"] == "error"
    assert answer["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    socket.send(type="ping")
    assert socket.receive()["type"] == "pong"


@pytest.mark.parametrize("name", [None, ""])
def test_of_several_operations_the_one_that_is_meant_has_to_be_named(socket, name):
    several = "subscription A { dashboardEvents { cursor } } query B { viewer { name } }"
    payload = {"query": several, "operationName": name}
    socket.send(id="1", type="subscribe", payload=payload)
    answer = socket.receive()
    assert answer["type"] == "error"
    assert answer["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert "operationName" in answer["payload"][0]["message"]
    socket.send(id="2", type="subscribe", payload=payload | {"operationName": "B"})
    assert socket.receive()["payload"]["data"]["viewer"]["name"]


def test_what_is_no_message_closes_the_connection_with_a_code(socket):
    socket.connection.send("no json")
    with pytest.raises(ConnectionClosedError) as closed:
        socket.receive()
    assert closed.value.rcvd.code == 4400


def test_nobody_may_ask_before_the_handshake(served):
    with connect(address(served), subprotocols=[PROTOCOL]) as connection:
        Socket(connection).subscribe("{ viewer { name } }")
        with pytest.raises(ConnectionClosedError) as closed:
            connection.recv(timeout=PATIENCE)
    assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("path", ["/nowhere", "/", "/graphql/nowhere", "/graphql//", "/health"])
def test_an_address_without_websockets_is_not_found(served, path):
    with pytest.raises(InvalidStatus) as refused:
        connect(served.origin.replace("http", "ws", 1) + path, subprotocols=[PROTOCOL])
    response = refused.value.response
    assert response.status_code == 404
    assert json.loads(response.body)["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


def test_a_slash_behind_the_address_changes_nothing(served):
    with connect(f"{address(served)}/", subprotocols=[PROTOCOL]) as connection:
        socket = Socket(connection)
        socket.send(type="connection_init")
        assert socket.receive()["type"] == "connection_ack"
        socket.subscribe("{ viewer { name } }")
        [result] = socket.results()
        assert result["data"]["viewer"]["name"]


def test_a_page_of_another_site_is_refused(served):
    with pytest.raises(InvalidStatus) as refused:
        connect(address(served), subprotocols=[PROTOCOL], origin="https://example.com")
    assert refused.value.response.status_code == 403
