"""A WebSocket on a bare socket, for what no library would send."""

import base64
import json
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

UPGRADE = """GET {path} HTTP/1.1\r
Host: 127.0.0.1\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: {key}\r
{headers}\r
"""
GRAPHQL = {"Sec-WebSocket-Protocol": "graphql-transport-ws"}
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
PATIENCE = 60


def frame(payload: bytes | dict[str, Any], opcode: int = TEXT, *, first: int = 0x80) -> bytes:
    """As clients send it, with a mask that leaves the payload as it is. `first` has FIN and RSV."""
    if isinstance(payload, dict):
        payload = json.dumps(payload).encode()
    size = len(payload)
    if size < 126:
        length = struct.pack("!B", 0x80 | size)
    elif size < 65_536:
        length = struct.pack("!BH", 0x80 | 126, size)
    else:
        length = struct.pack("!BQ", 0x80 | 127, size)
    return bytes([first | opcode]) + length + bytes(4) + payload


INIT = frame({"type": "connection_init"})


def upgrade(path: str = "/graphql", **headers: str) -> bytes:
    """The request that opens a WebSocket; `_` in names of headers stands for `-`."""
    key = base64.b64encode(os.urandom(16)).decode()
    named = GRAPHQL | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return UPGRADE.format(path=path, key=key, headers=lines).encode()


@contextmanager
def connected(host: str, port: int, *, receives: int | None = None) -> Iterator[socket.socket]:
    """`receives` is the size of the system's buffer, for a client that hardly reads."""
    with socket.socket() as client:
        if receives:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        client.settimeout(PATIENCE)
        client.connect((host, port))
        yield client


def open_websocket(
    client: socket.socket,
    *,
    initialized: bool,
    bearer: str | None = None,
    request: bytes | None = None,
) -> None:
    """Raises AssertionError if the server refuses."""
    client.sendall(request or upgrade())
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = client.recv(1)
        assert piece, answer
        answer += piece
    assert answer.startswith(b"HTTP/1.1 101"), answer
    if initialized:
        authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        client.sendall(frame({"type": "connection_init", "payload": authorization}))
        opcode, payload = read_frame(client)
        assert (opcode, json.loads(payload)["type"]) == (TEXT, "connection_ack")


def read_frame(client: socket.socket) -> tuple[int, bytes]:
    """Opcode and payload of the next frame. Raises EOFError."""
    first, size = read_exactly(client, 2)
    if size == 126:
        [size] = struct.unpack("!H", read_exactly(client, 2))
    elif size == 127:
        [size] = struct.unpack("!Q", read_exactly(client, 8))
    return first & 0x0F, read_exactly(client, size)


def read_exactly(client: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        piece = client.recv(size - len(received))
        if not piece:
            raise EOFError
        received += piece
    return received


def read_close(client: socket.socket) -> tuple[int, str]:
    """Code and reason of the close frame, past all other frames."""
    while True:
        opcode, payload = read_frame(client)
        if opcode == CLOSE:
            return struct.unpack("!H", payload[:2])[0], payload[2:].decode()
