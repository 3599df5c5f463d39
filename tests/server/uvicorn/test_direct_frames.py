"""Text that goes straight to a socket: framed as clients expect it, and never after the end."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from server.uvicorn.websocket_protocol import (
    ConnectionClosed,
    DirectWebSocketProtocol,
    frame_sender,
)
from tests.api_client import PATIENCE
from tests.in_process_server import serving_here

BEFORE, BEHIND = b'{"payload":', b"}"
#: Around the sizes at which the head of a frame changes.
SIZES = [0, 113, 114, 65_523, 65_524, 200_000]


@asynccontextmanager
async def talking(app, **settings):
    async def accepting(scope, receive, send):
        if scope["type"] == "lifespan":
            return
        await receive()
        await send({"type": "websocket.accept"})
        await app(frame_sender(scope), send)

    async with (
        serving_here(accepting, ws=DirectWebSocketProtocol, lifespan="off", **settings) as here,
        connect(here.url.replace("http", "ws"), max_size=None, open_timeout=PATIENCE) as client,
    ):
        yield client


@pytest.mark.parametrize("deflates", [False, True])
async def test_messages_of_all_sizes_arrive_in_order(deflates):
    async def app(outlet, send):
        for size in SIZES:
            outlet.send_text(BEFORE, b"x" * size, BEHIND)
            await send({"type": "websocket.send", "text": str(size)})
        await send({"type": "websocket.close"})

    async with talking(app, ws_per_message_deflate=deflates) as client:
        received = [message async for message in client]
    sent = [(f'{{"payload":{"x" * size}}}', str(size)) for size in SIZES]
    assert received == [message for pair in sent for message in pair]


async def test_nothing_is_sent_behind_the_end():
    refused = asyncio.get_running_loop().create_future()

    async def app(outlet, send):
        await send({"type": "websocket.close", "code": 4403})
        try:
            outlet.send_text(BEFORE, b"", BEHIND)
        except ConnectionClosed as gone:
            refused.set_result(gone)

    async with talking(app) as client:
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
        assert isinstance(await refused, ConnectionClosed)
    assert closed.value.rcvd.code == 4403


async def test_who_does_not_read_is_noticed_and_so_is_that_they_read_again():
    relieved = asyncio.Event()

    async def app(outlet, send):
        with outlet.on_drain.subscribe(relieved.set):
            while not outlet.is_write_paused:
                outlet.send_text(BEFORE, b"x" * 100_000, BEHIND)
            await relieved.wait()
        assert not outlet.is_write_paused
        await send({"type": "websocket.close"})

    async with talking(app, ws_per_message_deflate=False) as client:
        async for _ in client:
            pass
    assert relieved.is_set()
    assert client.close_code == 1000
