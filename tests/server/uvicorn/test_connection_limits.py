"""How many connections a client may open, and that there is room for others."""

import socket
import time
from contextlib import ExitStack, contextmanager

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from tests.operations import CREATE
from tests.server.websocket_client import PATIENCE, PROTOCOL, address, posted, socket_to
from tests.server_process import serving

VIEWER = "{ viewer { name } }"
#: Never ends by itself.
EVENTS = "subscription E($id: ID!) { sessionEvents(sessionId: $id) { session { title } } }"
TOTAL, OF_ADDRESS = 40, 8
#: The last tenth is reserved.
UNRESERVED = 36


@pytest.fixture
def small(database_url):
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_METRICS="1",
        SESSIONS_KEEP_ALIVE_SECONDS="60",
        SESSIONS_MAX_CONNECTIONS=str(TOTAL),
        SESSIONS_MAX_CONNECTIONS_PER_ADDRESS=str(OF_ADDRESS),
    ) as server:
        yield server


def connect_from(server, host: str) -> socket.socket:
    port = int(server.origin.rsplit(":", 1)[1])
    return socket.create_connection(("127.0.0.1", port), PATIENCE, source_address=(host, 0))


def metrics(server) -> dict[str, float]:
    with server.client as client:
        text = client.get("/metrics").text
    return {
        sample.labels.get("reason", sample.name): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def wait_for(server, name: str, value: float) -> None:
    deadline = time.monotonic() + PATIENCE
    while metrics(server)[name] != value:
        assert time.monotonic() < deadline, metrics(server)
        time.sleep(0.01)


@contextmanager
def silent(server, host: str, count: int):
    with ExitStack() as stack:
        yield [stack.enter_context(connect_from(server, host)) for _ in range(count)]


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionError:
        return False


def test_connections_of_one_address_are_bounded(small):
    with silent(small, "127.0.0.2", OF_ADDRESS):
        # The request for metrics has a connection of its own.
        wait_for(small, "sessions_tcp_connections", OF_ADDRESS + 1)
        for _ in range(5):
            with connect_from(small, "127.0.0.2") as refused:
                received = b"".join(iter(lambda: refused.recv(4096), b""))
                assert received.startswith(b"HTTP/1.1 429 ")
                assert b'"TOO_MANY_CONNECTIONS"' in received
        assert small.data(VIEWER)
        with connect_from(small, "127.0.0.3") as other:
            other.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert other.recv(4096).startswith(b"HTTP/1.1 200 ")
    assert metrics(small)["connections_of_address"] == 5
    assert small.has_logged("TOO_MANY_CONNECTIONS")
    assert sum("TOO_MANY_CONNECTIONS" in line for line in small.log) == 1
    wait_for(small, "sessions_tcp_connections", 1)
    with connect_from(small, "127.0.0.2") as again:
        again.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert again.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_websockets_count_as_long_as_they_are_open(small):
    with ExitStack() as stack:
        for _ in range(OF_ADDRESS):
            connection = connect_from(small, "127.0.0.2")
            stack.enter_context(connect(address(small), sock=connection, subprotocols=[PROTOCOL]))
        with connect_from(small, "127.0.0.2") as refused:
            assert refused.recv(4096).startswith(b"HTTP/1.1 429 ")
    wait_for(small, "sessions_tcp_connections", 1)
    with (
        connect_from(small, "127.0.0.2") as connection,
        connect(address(small), sock=connection, subprotocols=[PROTOCOL]),
    ):
        pass


def test_silent_connections_keep_nobody_out(small):
    with silent(small, "127.0.0.1", TOTAL) as connections:
        for _ in range(10):
            assert small.data(VIEWER)
        with small.client as client:
            assert client.get("/health").json() == {"status": "ok"}
        assert [is_open(each) for each in connections[:UNRESERVED]] == [True] * UNRESERVED
        assert not is_open(connections[UNRESERVED])
        assert small.has_logged("displaces the oldest")
        assert metrics(small)["displaced"] > 0
    wait_for(small, "sessions_tcp_connections", 1)
    with socket_to(small):
        assert small.data(VIEWER)


def test_a_reserved_connection_serves_one_request_and_no_websocket(small):
    with silent(small, "127.0.0.1", UNRESERVED):
        wait_for(small, "sessions_tcp_connections", UNRESERVED + 1)
        with connect_from(small, "127.0.0.1") as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            received = b"".join(iter(lambda: connection.recv(4096), b""))
            assert b"\r\nconnection: close\r\n" in received
            assert received.startswith(b"HTTP/1.1 200 ")
        with connect_from(small, "127.0.0.1") as connection:
            connection.sendall(
                b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
                b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                b"Sec-WebSocket-Key: aGVyZSBpcyBvbmUga2V5IQ==\r\n\r\n"
            )
            received = b"".join(iter(lambda: connection.recv(4096), b""))
            assert received.startswith(b"HTTP/1.1 503 ")
            assert b'"TOO_MANY_CONNECTIONS"' in received


def test_a_request_that_is_not_complete_is_displaced_too(small):
    begun = (
        b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 9\r\n\r\n{"
    )
    with silent(small, "127.0.0.1", TOTAL) as connections:
        for each in connections:
            each.sendall(begun)
        for _ in range(10):
            assert small.data(VIEWER)
        assert not is_open(connections[UNRESERVED])


def test_a_new_connection_is_refused_when_all_are_at_work(small):
    created = small.data(CREATE, input={"sessionType": "CHAT", "intake": {"text": "No sound"}})
    stream = posted(EVENTS, id=created["createSession"]["session"]["id"])
    with silent(small, "127.0.0.1", TOTAL) as connections:
        for each in connections:
            each.sendall(stream)
        for each in connections:
            assert each.recv(12) == b"HTTP/1.1 200"
        with connect_from(small, "127.0.0.1") as refused:
            assert refused.recv(4096).startswith(b"HTTP/1.1 503 ")
        assert all(is_open(each) for each in connections)
    deadline = time.monotonic() + PATIENCE
    with small.client as client:
        while client.get("/health").status_code != 200:
            assert time.monotonic() < deadline
    assert small.data(VIEWER)
