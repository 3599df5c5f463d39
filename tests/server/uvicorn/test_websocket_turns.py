"""A client that sends without pause, and how much of it is handled before others have a turn."""

import asyncio
import socket

import pytest

from server.uvicorn.bounded_websocket import FRAMES_PER_TURN, SLICE_BYTES
from server.uvicorn.websocket_limits import WebSocketLimits
from server.uvicorn.websocket_protocol import DirectWebSocketProtocol, frame_sender
from tests.api_client import PATIENCE
from tests.in_process_server import serving_here
from tests.server.raw_websocket import CONT, PING, PONG, TEXT, frame, upgrade

MANY = 5_000
UNLIMITED = WebSocketLimits(messages_per_minute=10**9)
#: The smallest frame of a client has six bytes. One turn ends with the slice that it is in.
MOST_FRAMES = FRAMES_PER_TURN + SLICE_BYTES // 6 + 2


class Unlimited(DirectWebSocketProtocol):
    opened: list["Unlimited"] = []

    def __init__(self, **options):
        super().__init__(limits=UNLIMITED, **options)
        self.opened.append(self)
        self.handled = self.most_handled = 0

    def handle_events(self):
        self.handled += len(self.conn.events)
        self.most_handled = max(self.most_handled, self.handled)
        super().handle_events()


FLOODS = {
    "messages": frame(b"{}"),
    "pings": frame(b"", PING),
    "pongs": frame(b"", PONG),
    "fragments": frame(b"", CONT, first=0),
}


@pytest.mark.parametrize("name", FLOODS)
async def test_others_have_a_turn_within_what_one_read_returns(name):
    received = 0
    ended = asyncio.Event()

    async def app(scope, receive, send):
        nonlocal received
        if scope["type"] == "lifespan":
            return
        await receive()
        await send({"type": "websocket.accept"})
        frame_sender(scope).mark_signed_in()
        while (await receive())["type"] == "websocket.receive":
            received += 1
            most[0] = max(most[0], received - seen[0])
        ended.set()

    most, seen = [0], [0]
    loop = asyncio.get_running_loop()
    async with serving_here(app, ws=Unlimited, lifespan="off") as here:
        with socket.socket() as client:
            client.setblocking(False)
            await loop.sock_connect(client, ("127.0.0.1", int(here.url.rsplit(":", 1)[1])))
            await loop.sock_sendall(client, upgrade())
            await loop.sock_recv(client, 2_000)
            served = Unlimited.opened[-1]
            opening = frame(b"", TEXT, first=0) if name == "fragments" else b""
            closing = frame(b"", CONT) if name == "fragments" else b""
            sending = asyncio.create_task(
                loop.sock_sendall(
                    client, opening + FLOODS[name] * MANY + closing + frame(b"\x03\xe8", 8)
                )
            )
            async with asyncio.timeout(PATIENCE):
                while not ended.is_set():
                    # Another client's turn.
                    seen[0], served.handled = received, 0
                    await asyncio.sleep(0)
            await sending
    assert received == {"messages": MANY, "fragments": 1}.get(name, 0)
    assert most[0] <= 2
    assert 0 < served.most_handled <= MOST_FRAMES
