"""What one WebSocket may send, and that a client who sends more stops nobody else."""

import json
import socket
from contextlib import ExitStack, suppress

import pytest

from tests.server.raw_websocket import (
    BINARY,
    CONT,
    INIT,
    PING,
    PONG,
    TEXT,
    connected,
    frame,
    open_websocket,
    read_close,
    read_frame,
    upgrade,
)
from tests.server.websocket_client import socket_to
from tests.server_process import serving

VIEWER = "{ viewer { name } }"
UNKNOWN = {"id": "1", "type": "complete"}
FAILING = {"id": "1", "type": "subscribe", "payload": {"query": "{ nothing }"}}
#: The start of a message, and as many continuations of it as the client likes.
FRAGMENT = frame(b"", CONT, first=0)

BEFORE = {
    "ping": (frame({"type": "ping"}), 4401),
    "pong": (frame({"type": "pong"}), 4401),
    "subscribe": (frame(FAILING), 4401),
    "complete": (frame(UNKNOWN), 4401),
    "an unknown type": (frame({"type": "hello"}), 4400),
    "garbage": (frame(b"{"), 4400),
    "an empty text": (frame(b""), 4400),
    "binary": (frame(b"x", BINARY), 4400),
    "invalid text": (frame(b"\xff"), 1007),
    "a control ping": (frame(b"", PING), 4429),
    "a control pong": (frame(b"", PONG), 4429),
    "fragments": (FRAGMENT, 4429),
}
#: Of clients that have signed in, only those that do not end at the first message.
AFTER = {
    "ping": frame({"type": "ping"}),
    "pong": frame({"type": "pong"}),
    "subscribe": frame(FAILING),
    "complete": frame(UNKNOWN),
    "a control ping": frame(b"x" * 125, PING),
    "a control pong": frame(b"", PONG),
    "fragments": FRAGMENT,
}
FLOOD = 3_000


@pytest.fixture(scope="module")
def limited(database_url):
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_METRICS="1",
        SESSIONS_MAX_MESSAGES_PER_MINUTE="300",
        SESSIONS_MAX_INIT_BYTES="2000",
        SESSIONS_MAX_USER_WEBSOCKETS="3",
        SESSIONS_MAX_WEBSOCKETS="5",
    ) as server:
        yield server


def client_of(server, **options):
    return connected("127.0.0.1", int(server.origin.rsplit(":", 1)[1]), **options)


def send_all(client: socket.socket, data: bytes) -> None:
    """As much as the server takes until it ends the connection."""
    with suppress(BrokenPipeError, ConnectionResetError):
        client.sendall(data)


def opening(name: str) -> bytes:
    return frame(b"", TEXT, first=0) if name == "fragments" else b""


@pytest.mark.parametrize("name", BEFORE)
def test_before_sign_in_the_connection_ends_at_once(limited, name):
    message, code = BEFORE[name]
    with client_of(limited) as client:
        open_websocket(client, initialized=False)
        # A message ends it alone; frames below messages when there are many.
        client.sendall(opening(name) + message * (100 if code == 4429 else 1))
        assert read_close(client)[0] == code
        send_all(client, message * FLOOD)
    with client_of(limited) as client:
        open_websocket(client, initialized=False)
        send_all(client, opening(name) + message * FLOOD)
        assert read_close(client)[0] in (code, 4429, 1009)
    assert limited.data(VIEWER)


@pytest.mark.parametrize("name", AFTER)
def test_after_sign_in_messages_are_counted(limited, name):
    before = refusals(limited, "websocket_messages")
    with client_of(limited) as client:
        open_websocket(client, initialized=True)
        send_all(client, opening(name) + AFTER[name] * FLOOD)
        assert read_close(client) == (4429, "Too many messages")
    assert refusals(limited, "websocket_messages") == before + 1
    with socket_to(limited) as other:
        other.subscribe(VIEWER)
        assert list(other.results())


def test_bytes_count_as_messages(limited):
    with client_of(limited) as client:
        open_websocket(client, initialized=True)
        send_all(client, frame({"type": "ping", "payload": {"a": "x" * 100_000}}) * 20)
        assert read_close(client)[0] == 4429


def test_the_limit_is_one_of_each_connection(limited):
    with socket_to(limited) as one, socket_to(limited) as other:
        for socket_ in (one, other):
            for _ in range(250):
                socket_.send(type="ping")
            for _ in range(250):
                assert socket_.receive()["type"] == "pong"


def test_an_introduction_that_is_too_large_is_not_read(limited):
    large = frame({"type": "connection_init", "payload": {"a": "x" * 2_000}})
    with client_of(limited) as client:
        open_websocket(client, initialized=False)
        send_all(client, large)
        assert read_close(client) == (1009, "connection_init is too large")
    # Afterwards, a message may be larger than that.
    with socket_to(limited) as other:
        other.subscribe(VIEWER + "#" + "a" * 3_000)
        assert list(other.results())


def test_a_message_may_come_in_pieces(limited):
    subscribe = json.dumps({"id": "1", "type": "subscribe", "payload": {"query": VIEWER}}).encode()
    with client_of(limited) as client:
        open_websocket(client, initialized=True)
        client.sendall(frame(subscribe[:1], TEXT, first=0))
        for at in range(1, len(subscribe) - 1):
            client.sendall(frame(subscribe[at : at + 1], CONT, first=0))
            client.sendall(frame(b"", CONT, first=0))
        client.sendall(frame(subscribe[-1:], CONT))
        assert json.loads(read_frame(client)[1])["payload"]["data"]["viewer"]["name"]


def test_compressed_frames_are_never_negotiated(limited):
    """A compression bomb needs the extension."""
    with client_of(limited) as client:
        client.sendall(upgrade(Sec_WebSocket_Extensions="permessage-deflate"))
        answer = client.recv(2048)
        assert answer.startswith(b"HTTP/1.1 101")
        assert b"permessage-deflate" not in answer
        client.sendall(frame(b"\x00" * 100, first=0x80 | 0x40))
        assert read_close(client)[0] == 1002


def test_a_client_that_reads_no_pongs_holds_no_memory(limited):
    """Nor does it delay the end of its connection."""
    with client_of(limited, receives=2_048) as client:
        open_websocket(client, initialized=True)
        send_all(client, frame(b"x" * 125, PING) * 250)
        send_all(client, frame({"type": "ping"}) * 100)
        assert read_close(client) == (4429, "Too many messages")
    assert limited.data(VIEWER)


def test_open_websockets_of_one_user_are_counted(limited):
    before = refusals(limited, "websockets_of_user")
    with socket_to(limited), socket_to(limited), socket_to(limited), client_of(limited) as fourth:
        open_websocket(fourth, initialized=False)
        fourth.sendall(INIT)
        assert read_close(fourth) == (1013, "Too many WebSockets of this user")
        assert refusals(limited, "websockets_of_user") == before + 1
    # Soon after they have left, there is room again.
    while open_count(limited):
        pass
    with socket_to(limited) as later:
        later.subscribe(VIEWER)
        assert list(later.results())


def test_open_websockets_of_a_process_are_counted(limited):
    before = len(limited.log)
    with ExitStack() as clients:
        for _ in range(5):
            open_websocket(clients.enter_context(client_of(limited)), initialized=False)
        sixth = clients.enter_context(client_of(limited))
        sixth.sendall(upgrade())
        refused = sixth.recv(2048)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"TOO_MANY_CONNECTIONS" in refused
        assert limited.data(VIEWER)
    assert limited.has_logged("Rejected a request: TOO_MANY_CONNECTIONS", since=before)
    while open_count(limited):
        pass
    with socket_to(limited) as later:
        later.subscribe(VIEWER)
        assert list(later.results())


def metrics(server) -> dict[str, float]:
    with server.client as client:
        lines = client.get("/metrics").text.splitlines()
    return {name: float(n) for name, n in (x.rsplit(" ", 1) for x in lines if x[0] != "#")}


def refusals(server, reason: str) -> float:
    return metrics(server)[f'sessions_refused_total{{reason="{reason}"}}']


def open_count(server) -> float:
    return metrics(server)["sessions_websockets"]


def test_each_limit_is_logged_once_in_a_while_and_nothing_broke(limited):
    for what in ("Closed a WebSocket: 4429", "Closed a WebSocket: its user"):
        assert sum(what in line for line in limited.log) == 1
    assert "Traceback" not in "".join(limited.log)
    assert " ERROR " not in "".join(limited.log)
