"""Times that a WebSocket is given hold also for a client that never stops sending."""

import time

import pytest

from tests.server.raw_websocket import PING, connected, frame, open_websocket, read_frame
from tests.server_process import serving

#: Seconds between frames: too few for the limit of messages.
PAUSE = 0.05
MOST_SENT = 500
CLOSE = 8


@pytest.fixture(scope="module")
def hasty(database_url):
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_CONNECTION_INIT_SECONDS="0.5",
        SESSIONS_IDLE_SECONDS="0.5",
    ) as server:
        yield server


def send_until_closed(client, message: bytes) -> bytes:
    """The payload of the close frame."""
    for _ in range(MOST_SENT):
        client.sendall(message)
        opcode, payload = read_frame(client)
        if opcode == CLOSE:
            return payload
        time.sleep(PAUSE)
    raise AssertionError("still open")


def test_pings_do_not_replace_the_introduction(hasty):
    with connected("127.0.0.1", int(hasty.origin.rsplit(":", 1)[1])) as client:
        open_websocket(client, initialized=False)
        closed = send_until_closed(client, frame(b"", PING))
    assert closed == (4408).to_bytes(2) + b"Connection initialisation timeout"


def test_pings_do_not_keep_an_idle_connection(hasty):
    with connected("127.0.0.1", int(hasty.origin.rsplit(":", 1)[1])) as client:
        open_websocket(client, initialized=True)
        closed = send_until_closed(client, frame({"type": "ping"}))
    assert closed == (1000).to_bytes(2) + b"Idle"
    assert hasty.data("{ viewer { name } }")
