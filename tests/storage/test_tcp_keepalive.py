"""Connections whose other side is gone without a word. What becomes of those of clients is in
`test_dead_clients`; how the system does it is its own."""

import asyncio
import socket
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage.engine import TCP_TIMEOUT_SECONDS, connect


@asynccontextmanager
async def over_tcp(url):
    """The same Postgres, as if it were on another machine."""
    path = Path(url.query["host"], f".s.PGSQL.{url.query['port']}")

    async def pass_on(source, sink):
        while data := await source.read(65536):
            sink.write(data)
        sink.close()

    async def connected(reader, writer):
        source, sink = await asyncio.open_unix_connection(path)
        await asyncio.gather(pass_on(reader, sink), pass_on(source, writer))

    async with await asyncio.start_server(connected, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        yield url.set(host="127.0.0.1", port=port, query={})


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="This system cannot do it")
async def test_a_database_that_says_nothing_more_is_given_up(running):
    async with over_tcp(running.engine.url) as url:
        connection = await connect(url)
        assert await connection.fetchval("SELECT 1") == 1
        own = connection._transport.get_extra_info("socket")
        assert own.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        given_up = own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        assert given_up == TCP_TIMEOUT_SECONDS * 1000
        await connection.close()
