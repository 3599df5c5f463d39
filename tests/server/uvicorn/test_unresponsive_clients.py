"""Clients that are gone without a word, or do not take what they are sent."""

import base64
import json
import os
import socket

import psutil
import pytest

from tests.operations import CREATE
from tests.server.websocket_client import posted
from tests.server_process import serving

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
UPGRADE = """GET /graphql HTTP/1.1\r
Host: 127.0.0.1\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: {key}\r
Sec-WebSocket-Protocol: graphql-transport-ws\r
\r
"""
#: An answer of some 100 kB.
EVERYTHING = "{ __schema { types { name description fields { name description type { name } } } } }"
#: Never ends by itself.
EVENTS = "subscription E($id: ID!) { sessionEvents(sessionId: $id) { session { LONG } } }".replace(
    "LONG", " ".join(f"title{n}: displayTitle" for n in range(50))
)
RATE = """
mutation Rate($id: ID!) {
  rateSession(input: { sessionId: $id, rating: 5 }) { __typename }
}
"""
TEXT = 0x80 | 1


@pytest.fixture(scope="module")
def impatient(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_CLIENT_TIMEOUT="2") as server:
        yield server


@pytest.fixture
def client(impatient):
    """A client that hardly buffers."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.settimeout(60)
        client.connect(("127.0.0.1", int(impatient.url.split(":")[2].split("/")[0])))
        yield client


def frame(message: dict) -> bytes:
    """A text frame as clients send it, with a mask that leaves it as it is."""
    payload = json.dumps(message).encode()
    return bytes([TEXT, 0x80 | 126, *len(payload).to_bytes(2), 0, 0, 0, 0]) + payload


def upgrade(client: socket.socket, **payload: str) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    client.sendall(UPGRADE.format(key=key).encode())
    assert client.recv(2048).startswith(b"HTTP/1.1 101")
    client.sendall(frame({"type": "connection_init", "payload": payload}))


def wait_until_dropped(server, client: socket.socket) -> None:
    ours = client.getsockname()[1]
    process = psutil.Process(server.process.pid)
    while any(c.raddr and c.raddr.port == ours for c in process.net_connections("tcp")):
        assert server.process.poll() is None


def test_a_socket_that_answers_no_ping_is_closed(impatient, client):
    upgrade(client)
    received = b""
    while piece := client.recv(2048):
        received += piece
    assert b"keepalive ping timeout" in received


def test_a_socket_that_is_not_read_is_dropped(impatient, client):
    upgrade(client)
    client.sendall(frame({"id": "1", "type": "subscribe", "payload": {"query": EVERYTHING}}))
    wait_until_dropped(impatient, client)


def test_a_stream_that_is_not_read_is_dropped(impatient, client):
    created = impatient.data(CREATE, input=CHAT)["createSession"]
    client.sendall(posted(EVENTS, id=created["session"]["id"]))
    assert client.recv(12) == b"HTTP/1.1 200"
    for _ in range(20):
        impatient.data(RATE, id=created["session"]["id"])
    wait_until_dropped(impatient, client)
