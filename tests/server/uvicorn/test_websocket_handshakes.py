"""Handshakes that are refused: what the client is told, and what is logged."""

import pytest

from tests.server.raw_websocket import connected, open_websocket, read_close, upgrade
from tests.server_process import serving

SECRET = "correct-horse-battery-staple"
KEY = b"Sec-WebSocket-Key: "


@pytest.fixture(scope="module")
def verbose(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_LOG_LEVEL="debug") as server:
        yield server


def replace_key(value: bytes) -> bytes:
    head, _, rest = upgrade().partition(KEY)
    return head + KEY + value + rest[rest.index(b"\r\n") :]


REFUSED = {
    "another site": (upgrade(Origin="https://example.com"), b"403"),
    "another host": (upgrade().replace(b"Host: 127.0.0.1", b"Host: example.com"), b"400"),
    "a token in the URL": (upgrade(f"/graphql?access_token={SECRET}"), b"400"),
    "another path": (upgrade("/nothing"), b"40"),
    "another path with a token": (upgrade(f"/nothing?access_token={SECRET}"), b"400"),
    "no key": (replace_key(b""), b"400"),
    "a wrong key": (replace_key(b"short"), b"400"),
    "another version": (upgrade().replace(b"Version: 13", b"Version: 7"), b"400"),
    "a long path": (upgrade("/" + "a" * 9_000), b"4"),
    "a long header": (upgrade(Cookie="a" * 9_000), b"4"),
    "many headers": (upgrade(**{f"X_{n}": "1" for n in range(200)}), b"4"),
    "a body": (upgrade(Transfer_Encoding="chunked"), b"4"),
    "a path that is no ASCII": (upgrade("/gräphql"), b"4"),
    "a header that is no ASCII": (upgrade(Origin="https://exämple.com"), b"403"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_answered_and_logged_in_one_line_at_most(verbose, name):
    request, status = REFUSED[name]
    verbose.data("{ viewer { id } }")
    before = len(verbose.log)
    with connected("127.0.0.1", int(verbose.origin.rsplit(":", 1)[1])) as client:
        client.sendall(request)
        answer = b""
        while piece := client.recv(2048):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 " + status), answer
    assert verbose.ask("{ a" * 50 + "}" * 50)["errors"]
    assert verbose.has_logged("DOCUMENT_TOO_DEEP", since=before)
    logged = [line for line in verbose.log[before:] if "DOCUMENT_TOO_DEEP" not in line]
    assert len(logged) <= 1, logged
    assert "ERROR" not in "".join(logged)


def test_an_unknown_subprotocol_is_refused_in_one_line(verbose):
    before = len(verbose.log)
    with connected("127.0.0.1", int(verbose.origin.rsplit(":", 1)[1])) as client:
        request = upgrade().replace(b"graphql-transport-ws", b"graphql-ws")
        open_websocket(client, initialized=False, request=request)
        assert read_close(client)[0] == 4406
    assert verbose.has_logged("Closed a WebSocket: 4406", since=before)
    assert len(verbose.log) == before + 1


def test_no_level_logs_what_a_handshake_carries(verbose):
    credentials = {
        "Authorization": f"Bearer {SECRET}",
        "Cookie": f"session={SECRET}",
        "X_Api_Key": SECRET,
    }
    for path in ("/graphql", f"/graphql?access_token={SECRET}", f"/graphql?{SECRET}"):
        with connected("127.0.0.1", int(verbose.origin.rsplit(":", 1)[1])) as client:
            client.sendall(upgrade(path, **credentials))
            assert client.recv(2048).startswith(b"HTTP/1.1 ")
    with connected("127.0.0.1", int(verbose.origin.rsplit(":", 1)[1])) as client:
        open_websocket(client, initialized=True, bearer=SECRET)
    with verbose.client as client:
        headers = {name.replace("_", "-"): value for name, value in credentials.items()}
        client.get("/graphql", params={"access_token": SECRET}, headers=headers)
        client.post("/graphql", json={"query": "{ viewer { id } }"}, headers=headers)
    before = len(verbose.log)
    assert verbose.ask("{ a" * 50 + "}" * 50)["errors"]
    assert verbose.has_logged("DOCUMENT_TOO_DEEP", since=before)
    assert SECRET not in "".join(verbose.log)
    assert "Traceback" not in "".join(verbose.log)
