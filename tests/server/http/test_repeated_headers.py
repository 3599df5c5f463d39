"""A request that says two things where one is decided by is not decided: it is refused."""

import json
import socket

import pytest

VIEWER = b'{"query": "{ viewer { name } }"}'
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: aGVyZSBpcyBvbmUga2V5IQ==",
)


def say(served, first: str, *headers: str, body: bytes = b"") -> bytes:
    port = int(served.origin.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall("\r\n".join([first, *headers, "", ""]).encode() + body)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(4096)
        return received


def post(served, *headers: str) -> bytes:
    ordinary = "Content-Type: application/json", f"Content-Length: {len(VIEWER)}"
    return say(served, "POST /graphql HTTP/1.1", *ordinary, *headers, body=VIEWER)


HERE = "Host: 127.0.0.1"


@pytest.mark.parametrize(
    "headers",
    [
        (HERE, "Host: evil.example"),
        (HERE, HERE),
        ("host: 127.0.0.1", "HOST: localhost"),
        (HERE, "Origin: http://localhost", "Origin: https://evil.example"),
        (HERE, "Authorization: Bearer a", "Authorization: Bearer b"),
        (HERE, "Content-Type: text/plain"),
        (HERE, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"),
    ],
)
def test_a_header_that_decides_is_sent_once(served, headers):
    received = post(served, *headers)
    assert received.startswith(b"HTTP/1.1 400 ")
    [error] = json.loads(received.partition(b"\r\n\r\n")[2])["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert post(served, HERE).startswith(b"HTTP/1.1 200 ")


def test_a_websocket_has_one_host(served):
    opened = say(served, "GET /graphql HTTP/1.1", HERE, *UPGRADE)
    assert opened.startswith(b"HTTP/1.1 101 ")
    refused = say(served, "GET /graphql HTTP/1.1", HERE, "Host: evil.example", *UPGRADE)
    assert refused.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 403 "))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_page_has_one_host(served, method):
    assert say(served, f"{method} /health HTTP/1.1", HERE).startswith(b"HTTP/1.1 200 ")
    assert say(served, f"{method} /health HTTP/1.1", HERE, HERE).startswith(b"HTTP/1.1 400 ")


def test_other_headers_may_be_repeated(served):
    several = ("X-Word: 1", "X-Word: 2", "Accept-Encoding: gzip", "Accept-Encoding: br")
    assert post(served, HERE, *several).startswith(b"HTTP/1.1 200 ")
