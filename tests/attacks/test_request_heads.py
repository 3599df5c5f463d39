"""Heads without an end: lines of headers, one long header, trailers."""

from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.raw_connections import send_until
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import Served

pytestmark = pytest.mark.slow

GET = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
CHUNKED = (
    b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
)
ATTACKS = {
    "lines": (GET, b"a:\r\n" * 16_000),
    "one line": (GET + b"a: ", b"x" * 64_000),
    "trailers": (CHUNKED + b"0\r\n", b"a:\r\n" * 16_000),
    "tiny chunks": (CHUNKED, b"1\r\nx\r\n" * 10_000),
    "chunk extension": (CHUNKED + b"1;", b"x" * 64_000),
}


def attack(first: bytes, said: bytes, target: Target, stop: Event) -> None:
    send_until(stop, target, first, said)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_head_without_an_end_stops_nobody(served: Served, name: str) -> None:
    assert_victim_is_served(served, partial(attack, *ATTACKS[name]))
