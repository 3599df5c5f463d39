"""A server that is told to stop sends its viewers elsewhere at once, and lets answers end."""

import json

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.operations import CREATE, SESSION_EVENTS
from tests.served import serving

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
#: `graphql-ws` comes back upon it: https://www.rfc-editor.org/rfc/rfc6455#section-11.7
SERVICE_RESTART = 1012


@pytest.fixture
def server(database_url):
    """One that waits for an hour: so whatever it waits for, hangs the test."""
    with serving(DATABASE_URL=database_url, SESSIONS_DRAIN_SECONDS="3600") as server:
        yield server
        assert server.stop() == 0
        assert not [line for line in server.log if "ERROR" in line or "Traceback" in line]


@pytest.fixture
def asked(server):
    """A subscription that would never end."""
    created = server.data(CREATE, input=CHAT)["createSession"]
    return {"query": SESSION_EVENTS, "variables": {"sessionId": created["session"]["id"]}}


def test_a_stream_of_events_ends_without_saying_that_it_is_complete(server, asked):
    with (
        server.client as client,
        client.stream(
            "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
        ) as answer,
    ):
        assert server.stop() == 0
        assert "complete" not in answer.read().decode()


def test_a_socket_is_closed_with_a_code_to_come_back_upon(server, asked):
    with connect(
        server.url.replace("http", "ws", 1), subprotocols=["graphql-transport-ws"]
    ) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv(60))["type"] == "connection_ack"
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        assert server.stop() == 0
        with pytest.raises(ConnectionClosed) as closed:
            read_on(socket)
    assert closed.value.rcvd.code == SERVICE_RESTART


def read_on(socket) -> None:
    while True:
        socket.recv(60)
