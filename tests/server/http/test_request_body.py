"""Large bodies of one user: together they take a share of the memory, and others are served."""

import socket
from contextlib import ExitStack, contextmanager

import pytest

from tests.server.graphql.test_response_size import pending_bytes, wait_until
from tests.server.websocket_client import PATIENCE
from tests.server_process import Served, serving, sign_in_users

VIEWER = '{"query":"{ viewer { id } }","variables":{"a":"%s"}}'
#: Of a body. The memory of a user has room for two of them.
SIZE = 1_900_000
HEAD = """POST /graphql HTTP/1.1\r
Host: 127.0.0.1\r
Authorization: {authorization}\r
Content-Type: application/json\r
{framing}\r
\r
"""


@pytest.fixture(scope="module")
def narrow(database_url):
    settings = {
        "SESSIONS_AUTH": "required",
        "SESSIONS_MAX_USER_PENDING_BYTES": "4100000",
        "SESSIONS_METRICS": "1",
        "SESSIONS_RESPONSE_WAIT_SECONDS": "0.1",
        "SESSIONS_BODY_IDLE_SECONDS": "600",
        "SESSIONS_BODY_SECONDS": "600",
    }
    with serving(DATABASE_URL=database_url, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def users(narrow, database_url) -> list[Served]:
    return sign_in_users(narrow, database_url, "Sends slowly", "Sends at once")


@contextmanager
def sending(user: Served, framing: str, part: bytes):
    """A connection on which a body has begun."""
    address = ("127.0.0.1", int(user.origin.rsplit(":", 1)[1]))
    with socket.create_connection(address, PATIENCE) as client:
        head = HEAD.format(authorization=user.headers["Authorization"], framing=framing)
        client.sendall(head.encode() + part)
        yield client


def read_status(client: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"}" not in received:
        received += client.recv(65_536)
    return received.split(b" ", 2)[1], received


LENGTH = f"Content-Length: {SIZE}"
CHUNKED = "Transfer-Encoding: chunked"
BODY = (VIEWER % ("a" * SIZE))[: SIZE - 3].encode() + b'"}}'


@pytest.mark.parametrize("framing", [LENGTH, CHUNKED])
def test_bodies_of_a_user_wait_for_each_other_and_for_nobody_else(users, framing):
    slow, quick = users
    begin = b"186a0\r\n" + BODY[:100_000] if framing is CHUNKED else BODY[:100_000]
    with ExitStack() as stack:
        held = [stack.enter_context(sending(slow, framing, begin)) for _ in range(2)]
        wait_until(lambda: pending_bytes(users[0]) >= 2 * SIZE)
        with sending(slow, LENGTH, BODY) as third:
            status, answer = read_status(third)
            assert status == b"503"
            assert b"SERVER_BUSY" in answer
            assert b"retry-after: 1" in answer.lower()
        assert slow.data("{ viewer { id } }"), "a small body does not wait"
        with sending(quick, LENGTH, BODY) as other:
            assert read_status(other)[0] == b"200"
        if framing is LENGTH:
            held[0].sendall(BODY[100_000:])
            assert read_status(held[0])[0] == b"200"
            with sending(slow, LENGTH, BODY) as third:
                assert read_status(third)[0] == b"200", "there is room again"
    with sending(slow, CHUNKED, b"1\r\n{\r\n0\r\n\r\n") as small:
        assert read_status(small)[0] == b"400", "a body whose size nobody knew"
