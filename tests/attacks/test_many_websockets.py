"""One client that opens WebSockets and leaves them idle."""

from contextlib import ExitStack, suppress
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, assert_victim_is_served
from tests.server.raw_websocket import INIT, connected, upgrade
from tests.server.websocket_client import socket_to
from tests.server_process import Served

pytestmark = pytest.mark.slow

MANY = 1_001


def hold(target: Target, stop: Event) -> None:
    """Open as many as the server lets, and answer nothing."""
    with ExitStack() as opened:
        for _ in range(MANY):
            if stop.is_set():
                return
            client = opened.enter_context(connected(target.host, target.port))
            with suppress(OSError):
                client.sendall(upgrade())
                client.recv(500)
                client.sendall(INIT)
        stop.wait()


def test_idle_websockets_of_one_user_lock_nobody_out(served: Served) -> None:
    assert_victim_is_served(served, hold)
    # Soon after they have gone, the user has WebSockets again.
    with socket_to(served) as later:
        later.subscribe("{ viewer { id } }")
        assert list(later.results())
