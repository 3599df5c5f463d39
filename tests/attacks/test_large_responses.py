"""Responses as large as the server allows, for clients that do not read them."""

import http.client
import json
import socket
import time
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import Served

pytestmark = pytest.mark.slow

#: Addresses of the attacker: bounds by address are not what is attacked here.
ADDRESSES = [f"127.0.0.{n}" for n in range(2, 8)]
CLIENTS = 30
LOG = "0123456789abcde\n" * 12_000
ALIASES = " ".join(f"a{n}: intake {{ text logText }}" for n in range(29))
READ = f"query ($id: ID!) {{ session(id: $id) {{ {ALIASES} }} }}"
CREATE = """
mutation ($input: CreateSessionInput!) {
  createSession(input: $input) { ... on CreateSessionSuccess { session { id } } }
}
"""


def request(query: str, **variables: object) -> bytes:
    body = json.dumps({"query": query, "variables": variables}).encode()
    head = f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Content-Type: application/json\r\n\r\n" + body


def create_session(target: Target) -> str:
    connection = http.client.HTTPConnection(
        target.host, target.port, source_address=(ADDRESSES[0], 0)
    )
    intake = {"logText": LOG, "text": "See the log"}
    asked = {"query": CREATE, "variables": {"input": {"sessionType": "CHAT", "intake": intake}}}
    headers = {"Content-Type": "application/json"}
    connection.request("POST", "/graphql", json.dumps(asked), headers)
    created = json.loads(connection.getresponse().read())
    return str(created["data"]["createSession"]["session"]["id"])


def connect(target: Target, number: int) -> socket.socket:
    """A connection whose system hardly buffers."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.bind((ADDRESSES[number % len(ADDRESSES)], 0))
    client.connect((target.host, target.port))
    return client


def is_closed(client: socket.socket) -> bool:
    """Reads a few bytes now and then, so that the client does not look dead."""
    client.setblocking(False)
    try:
        return client.recv(16) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def leave_unread(target: Target, stop: Event) -> None:
    """Clients that ask, do not read, and come again when they are given up."""
    asked = request(READ, id=create_session(target))
    clients: list[socket.socket | None] = [None] * CLIENTS
    while not stop.is_set():
        for number, client in enumerate(clients):
            if client is None or is_closed(client):
                if client is not None:
                    client.close()
                clients[number] = client = connect(target, number)
                client.sendall(asked)
        time.sleep(0.05)
    for client in clients:
        if client is not None:
            client.close()


def ask_for_too_much(target: Target, stop: Event) -> None:
    """The operation of 547 bytes that asks for half a gigabyte."""
    query = f"{{ sessions(first: 100) {{ edges {{ node {{ {ALIASES} }} }} }} }}"
    create_session(target)
    clients = [connect(target, number) for number in range(6)]
    while not stop.is_set():
        for client in clients:
            client.sendall(request(query))
            client.setblocking(True)
            assert b"RESPONSE_TOO_LARGE" in client.recv(65_536)
        time.sleep(0.01)


def test_clients_that_do_not_read_large_responses(served: Served) -> None:
    assert_victim_is_served(served, leave_unread, seconds=15)


def test_requests_for_more_than_the_server_gives(served: Served) -> None:
    assert_victim_is_served(served, ask_for_too_much)
