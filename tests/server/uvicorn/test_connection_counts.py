"""However connections end, afterwards none of them counts, in any process."""

import random
import socket
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from tests.server.raw_websocket import upgrade
from tests.server.test_metrics import told
from tests.server_process import PATIENCE, Served, serving

BODY = b'{"query":"{ viewer { id } }"}'
HEAD = b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
ASK = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
CONNECTIONS = 300
AT_ONCE = 30


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def leave_half(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)
    client.recv(65_536)


ENDS: tuple[Callable[[socket.socket], None], ...] = (socket.socket.close, reset, leave_half)
#: What is sent, and whether something is read before the end.
BEGINNINGS = (
    (b"", False),
    (b"GET /hea", False),
    (ASK, True),
    (ASK, False),
    (ASK * 20, False),
    (HEAD + b"Content-Length: 1000\r\n\r\n{", False),
    (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab", False),
    (b"\x16\x03\x01\x02\x00\x01", True),
    (b"a" * 70_000, False),
    (upgrade(), True),
    (upgrade(), False),
    (upgrade(Origin="https://example.com"), True),
    (ASK + upgrade(), False),
)


def connect_badly(port: int, seed: int) -> None:
    choose = random.Random(seed)
    said, reads = choose.choice(BEGINNINGS)
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(said)
        if reads:
            client.recv(65_536)
        choose.choice(ENDS)(client)


def connect_often(server: Served) -> None:
    port = int(server.origin.rsplit(":", 1)[1])
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(lambda seed: connect_badly(port, seed), range(CONNECTIONS)))


def test_ended_connections_do_not_count(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_METRICS="1") as server:
        connect_often(server)
        deadline = time.monotonic() + PATIENCE
        while True:
            counts = told(server)
            left = counts["sessions_tcp_connections",], counts["sessions_websockets",]
            if left == (1, 0):  # the one that asks
                break
            assert time.monotonic() < deadline, left
            time.sleep(0.05)
        assert not [line for line in server.log if "Traceback" in line or "ERROR" in line]


@pytest.mark.slow
def test_each_worker_counts_its_own(database_url):
    """The number that an address may have is free again in both processes."""
    most = 20
    settings = {
        "SESSIONS_MAX_CONNECTIONS_PER_ADDRESS": str(most),
        "SESSIONS_KEEP_ALIVE_SECONDS": "60",
    }
    with serving("--workers", "2", DATABASE_URL=database_url, **settings) as server:
        for _ in range(3):
            connect_often(server)
            deadline = time.monotonic() + PATIENCE
            while not has_room_for(server, most):
                assert time.monotonic() < deadline


def has_room_for(server: Served, count: int) -> bool:
    """Whether so many connections are served at once: they fit into one process."""
    port = int(server.origin.rsplit(":", 1)[1])
    clients = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(count)]
    try:
        answers = []
        for client in clients:
            with suppress(OSError):
                client.sendall(ASK)
                answers.append(client.recv(65_536))
        return sum(answer.startswith(b"HTTP/1.1 200") for answer in answers) == count
    finally:
        for client in clients:
            client.close()
