"""WebSockets that send without pause, before and after sign-in, and again after each close."""

import select
import socket
import time
from contextlib import suppress
from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server.raw_websocket import CONT, PING, TEXT, connected, frame, open_websocket
from tests.server_process import Served, serving

pytestmark = pytest.mark.slow

START_OF_MESSAGE = frame(b"", TEXT, first=0)
FLOODS = {
    "ping": frame({"type": "ping"}),
    "subscribe": frame({"id": "1", "type": "subscribe", "payload": {"query": "{ viewer { id } }"}}),
    "garbage": frame(b"{"),
    "control pings": frame(b"x" * 125, PING),
    "small control pings": frame(b"", PING),
    "fragments": frame(b"", CONT, first=0),
    "large messages": frame({"type": "ping", "payload": {"a": ["x"] * 50_000}}),
}
PIECE = 200_000
#: Bytes that the attack sends in all.
MOST_SENT = 2_000_000_000
#: Seconds on one connection, also where the server has closed it.
ON_ONE = 4.0


def flood(name: str, initialized: bool, target: Target, stop: Event) -> None:
    """One connection at a time, without reading."""
    message = FLOODS[name]
    data = message * (PIECE // len(message) + 1)
    sent = 0
    while not stop.is_set() and sent < MOST_SENT:
        with connected(target.host, target.port) as client:
            open_websocket(client, initialized=initialized, bearer=target.bearer)
            if name == "fragments":
                client.sendall(START_OF_MESSAGE)
            client.setblocking(False)
            ends = time.monotonic() + ON_ONE
            with suppress(ConnectionResetError, BrokenPipeError):
                while not stop.is_set() and time.monotonic() < ends:
                    sent += send_some(client, data)


def send_some(client: socket.socket, data: bytes) -> int:
    """Returns the bytes that were taken."""
    if not select.select([], [client], [], 0.1)[1]:
        return 0
    return client.send(data)


def reconnect(target: Target, stop: Event) -> None:
    """A new connection as soon as one is closed, each with as much as it takes until then."""
    data = FLOODS["ping"] * 1_000
    while not stop.is_set():
        with connected(target.host, target.port) as client, suppress(OSError, AssertionError):
            open_websocket(client, initialized=False)
            client.sendall(data)
            client.recv(100)


@pytest.fixture(scope="module")
def attacked(database_url: str):
    with serving(DATABASE_URL=database_url) as server:
        yield server


@pytest.mark.parametrize("initialized", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_leaves_others_their_share(attacked: Served, name: str, initialized: bool) -> None:
    assert_victim_is_served(attacked, partial(flood, name, initialized))


def test_a_flood_over_ever_new_connections(attacked: Served) -> None:
    assert_victim_is_served(attacked, reconnect)
