"""Many requests on one connection, whose responses nobody reads."""

from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.raw_connections import send_until
from tests.attacks.victim import Target, assert_victim_is_served
from tests.server_process import Served

pytestmark = pytest.mark.slow

GET = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BODY = b'{"query":"{viewer{id}}"}'
POST = (
    b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


def attack(request: bytes, target: Target, stop: Event) -> None:
    send_until(stop, target, b"", request * 2000)


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_pipelined_requests_without_reading_stop_nobody(served: Served, request_: bytes) -> None:
    assert_victim_is_served(served, partial(attack, request_))
