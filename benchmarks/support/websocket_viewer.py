"""Many viewers of one thing, each over a WebSocket, who read so cheaply that it is the server whose
speed is seen: frames are taken apart by hand, and what is in them is looked at as bytes."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

PROTOCOL = "graphql-transport-ws"
HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    "Sec-WebSocket-Protocol: " + PROTOCOL + "\r\n\r\n"
)
TEXT, PING, PONG = 1, 9, 10


class Viewer(asyncio.Protocol):
    """Whatever is a result of its operation is given to `heard`."""

    def __init__(self, handshake: str, heard: Callable[[bytes], None]) -> None:
        self._handshake = handshake
        self._heard = heard
        self._received = b""
        self._is_open = False
        self._transport: Any = None
        self.acknowledged = asyncio.Event()
        self.completed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._handshake.encode())

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        if not self._is_open:
            head, end, received = received.partition(b"\r\n\r\n")
            if not end:
                self._received = head
                return
            assert b" 101 " in head, head
            self._is_open = True
            self.say({"type": "connection_init"})
        self._received = self._take(received)

    def _take(self, received: bytes) -> bytes:
        """All whole frames; returns what is left."""
        begin, end = 0, len(received)
        while end - begin >= 2:
            kind, size, head = received[begin] & 15, received[begin + 1], begin + 2
            if size >= 126:
                more = 2 if size == 126 else 8
                size, head = int.from_bytes(received[head : head + more]), head + more
            if head + size > end:
                break
            begin = head + size
            self._frame(kind, received[head:begin])
        return received[begin:]

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._send(PONG, payload)
        elif kind == TEXT and b'"next"' in payload[:120]:
            self._heard(payload)
        elif kind == TEXT:
            message = json.loads(payload)
            if message["type"] == "connection_ack":
                self.acknowledged.set()
            else:
                assert message["type"] == "complete", message
                self.completed.set()

    def say(self, message: dict[str, Any]) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def ask(self, query: str, operation: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        self.say({"id": operation, "type": "subscribe", "payload": payload})

    def _send(self, kind: int, payload: bytes) -> None:
        """With a mask that leaves it as it is."""
        size = len(payload)
        sizes = bytes([128 | size]) if size < 126 else b"\xfe" + size.to_bytes(2)
        self._transport.write(bytes([128 | kind]) + sizes + bytes(4) + payload)

    def close(self) -> None:
        self._transport.abort()


@asynccontextmanager
async def viewer(url: str, heard: Callable[[bytes], None]) -> AsyncIterator[Viewer]:
    """One that has been let in."""
    there = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = HANDSHAKE.format(path=there.path or "/", host=there.netloc, key=key)
    loop = asyncio.get_running_loop()
    _, found = await loop.create_connection(
        lambda: Viewer(handshake, heard), there.hostname, there.port
    )
    try:
        await found.acknowledged.wait()
        yield found
    finally:
        found.close()
