"""A WebSocket subscriber that costs little CPU, so that 200 of them do not limit the server.

It splits frames by hand and passes payloads on as bytes.
"""

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


class WebSocketViewer(asyncio.Protocol):
    """Calls `on_result` with each `next` message."""

    def __init__(self, handshake: str, on_result: Callable[[bytes], None]) -> None:
        self._handshake = handshake
        self._on_result = on_result
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
            self.send_message({"type": "connection_init"})
        self._received = self._read_frames(received)

    def _read_frames(self, received: bytes) -> bytes:
        """Handle all complete frames; returns the remaining bytes."""
        start, end = 0, len(received)
        while end - start >= 2:
            kind, size, head = received[start] & 15, received[start + 1], start + 2
            if size >= 126:
                more = 2 if size == 126 else 8
                size, head = int.from_bytes(received[head : head + more]), head + more
            if head + size > end:
                break
            start = head + size
            self._handle_frame(kind, received[head:start])
        return received[start:]

    def _handle_frame(self, kind: int, payload: bytes) -> None:
        if kind == PING:
            self._send_frame(PONG, payload)
        elif kind == TEXT and b'"next"' in payload[:120]:
            self._on_result(payload)
        elif kind == TEXT:
            message = json.loads(payload)
            if message["type"] == "connection_ack":
                self.acknowledged.set()
            else:
                assert message["type"] == "complete", message
                self.completed.set()

    def send_message(self, message: dict[str, Any]) -> None:
        self._send_frame(TEXT, json.dumps(message).encode())

    def start_operation(self, query: str, operation: str = "1", **variables: Any) -> None:
        payload = {"query": query, "variables": variables}
        self.send_message({"id": operation, "type": "subscribe", "payload": payload})

    def _send_frame(self, kind: int, payload: bytes) -> None:
        """The masking key is zero, so that the payload needs no masking."""
        size = len(payload)
        sizes = bytes([128 | size]) if size < 126 else b"\xfe" + size.to_bytes(2)
        self._transport.write(bytes([128 | kind]) + sizes + bytes(4) + payload)

    def close(self) -> None:
        self._transport.abort()


@asynccontextmanager
async def connect_viewer(
    url: str, on_result: Callable[[bytes], None]
) -> AsyncIterator[WebSocketViewer]:
    """Connect a viewer; yields after `connection_ack`."""
    url_parts = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    handshake = HANDSHAKE.format(path=url_parts.path or "/", host=url_parts.netloc, key=key)
    loop = asyncio.get_running_loop()
    _, viewer = await loop.create_connection(
        lambda: WebSocketViewer(handshake, on_result), url_parts.hostname, url_parts.port
    )
    try:
        await viewer.acknowledged.wait()
        yield viewer
    finally:
        viewer.close()
