"""Connections that are opened as fast as one attacker can, and closed or held."""

from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.raw_connections import open_connection
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import Served

pytestmark = pytest.mark.slow

GET = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def attack(said: bytes, target: Target, stop: Event) -> None:
    held = []
    while not stop.is_set():
        try:
            connection = open_connection(target)
            connection.sendall(said)
        except OSError:
            continue
        held.append(connection)
        # More than the server allows one address.
        if len(held) > 1500:
            held.pop(0).close()


@pytest.mark.parametrize("said", [b"", GET], ids=["nothing", "request"])
def test_a_flood_of_connections_locks_nobody_out(served: Served, said: bytes) -> None:
    assert_victim_is_served(served, partial(attack, said))
    with served.client as client:
        assert client.get("/health").json() == {"status": "ok"}
