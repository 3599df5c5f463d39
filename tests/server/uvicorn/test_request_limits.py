"""How a request may arrive: its size, its time, and how many wait on one connection."""

import asyncio
import json
from functools import partial

import pytest

from server.http.connection_limits import ConnectionLimiter
from server.http.refusals import RefusalReason
from server.uvicorn.http_protocol import FastHttpProtocol
from server.uvicorn.piecewise_reader import PIECE
from server.uvicorn.request_limits import RequestLimits
from tests.server.uvicorn.test_http_protocol import (
    MEGABYTE,
    UPGRADE,
    answer,
    body_of,
    echo,
    post,
    talking,
    until,
)

MANY_LINES = b"a:\r\n" * 100_000
GET = b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n"


def bounded(limiter: ConnectionLimiter | None = None, **limits):
    return partial(FastHttpProtocol, limits=RequestLimits(**limits), limiter=limiter)


async def refusal(client) -> tuple[int, str]:
    """Status and code of the last response on a connection."""
    head, _, body = (await client.rest()).partition(b"\r\n\r\n")
    assert b"\r\nconnection: close" in head
    assert b"\r\nx-content-type-options: nosniff" in head
    [error] = json.loads(body)["errors"]
    return int(head.split()[1]), error["extensions"]["code"]


async def flood(client, said: bytes):
    """As fast as it can be sent, until the server ends the connection."""
    try:
        while True:
            client.send(said)
            await client.writer.drain()
    except ConnectionError:
        pass


TOO_LARGE = (431, "REQUEST_HEAD_TOO_LARGE")


@pytest.mark.parametrize(
    "said",
    [
        GET[:-2] + MANY_LINES,
        GET[:-2] + b"a:\r\n" * 100 + b"\r\n",
        GET[:-2] + b"a: " + b"x" * MEGABYTE,
        GET[:-2] + b"x" * MEGABYTE,
        b"GET /" + b"x" * MEGABYTE,
        post(b"1\r\nx\r\n0\r\n", "Transfer-Encoding: chunked") + MANY_LINES,
        post(b"1\r\nx\r\n0\r\na:" + b"x" * MEGABYTE, "Transfer-Encoding: chunked"),
        post(b"1;" + b"x" * MEGABYTE, "Transfer-Encoding: chunked"),
    ],
    ids=["lines", "one line", "value", "name", "address", "trailers", "trailer", "extension"],
)
async def test_a_head_is_bounded_in_bytes_and_lines(said):
    async with talking(echo) as client:
        client.send(said)
        assert await refusal(client) == TOO_LARGE
        await until(lambda: client.here.is_quiet)


async def test_a_head_within_the_bounds_is_read():
    async def app(scope, receive, send):
        await answer(send, b"%d" % len(scope["headers"]))

    async with talking(app) as client:
        for value in (b"x", b"x" * 600):
            client.send(GET[:-2] + b"a: %b\r\n" % value * 99 + b"\r\n")
            assert await client.answer() == b"100"


async def test_a_head_in_small_pieces_is_bounded():
    async with talking(echo, bounded(head_bytes=8192)) as client:
        client.send(GET[:-2])
        flooding = asyncio.create_task(flood(client, b"a: " + b"x" * 200 + b"\r\n"))
        assert await refusal(client) == TOO_LARGE
        flooding.cancel()


async def test_a_flood_is_ended_although_the_client_does_not_stop():
    limiter = ConnectionLimiter()
    async with talking(echo, bounded(limiter)) as client:
        client.send(GET[:-2])
        await flood(client, MANY_LINES)
        await until(lambda: client.here.is_quiet)
    assert limiter.refusals.counts[RefusalReason.HEAD_SIZE] == 1
    assert limiter.open == 0


async def test_trailers_are_no_headers():
    async def app(scope, receive, send):
        await body_of(receive)
        names = [name for name, _ in scope["headers"]]
        await answer(send, b",".join(names))

    chunked = "Transfer-Encoding: chunked"
    asked = post(b"1\r\nx\r\n0\r\nx-forwarded-for: 1.2.3.4\r\n\r\n", chunked)
    async with talking(app) as client:
        for request in (asked, asked.replace(b"/graphql", b"/graphql?a=b")):
            client.send(request)
            assert await client.answer() == b"host,transfer-encoding"


async def test_a_head_takes_no_longer_than_allowed():
    async with talking(echo, bounded(head_seconds=0.2)) as client:
        client.send(post(b"first"))
        assert await client.answer() == b"first"
        client.send(post()[:20])
        assert await refusal(client) == (408, "REQUEST_TIMED_OUT")


async def test_a_head_that_never_ends_keeps_no_connection():
    async with talking(echo, bounded(head_seconds=0.2)) as client:
        client.send(post()[:-2])
        dripping = asyncio.create_task(drip(client, b"X: 1\r\n"))
        assert await refusal(client) == (408, "REQUEST_TIMED_OUT")
        dripping.cancel()


async def drip(client, said: bytes):
    while True:
        client.send(said)
        await asyncio.sleep(0.02)


async def test_the_time_of_a_head_begins_with_its_first_byte():
    """Not with the end of the response before it."""
    async with talking(echo, bounded(head_seconds=60), timeout_keep_alive=60) as client:
        client.send(post(b"first"))
        assert await client.answer() == b"first"
        connection = client.connection
        idle_since = connection._idle_since
        await until(lambda: connection.loop.time() > idle_since)
        client.send(post()[:20])
        await until(lambda: connection._begun_at is not None)
        assert connection._begun_at > idle_since
        client.send(post()[20:])
        assert await client.answer() == b""


@pytest.mark.parametrize(
    ("limits", "said"), [({"body_idle_seconds": 0.2}, b""), ({"body_seconds": 0.4}, b"x")]
)
async def test_a_body_that_does_not_come_is_given_up(limits, said):
    received = []

    async def app(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            received.append(message)
        received.append(message)

    async with talking(app, bounded(**limits)) as client:
        client.send(post(b"x", length=MEGABYTE))
        dripping = asyncio.create_task(drip(client, said))
        assert await refusal(client) == (408, "REQUEST_TIMED_OUT")
        dripping.cancel()
        await until(lambda: client.here.is_quiet)
    assert received[-1] == {"type": "http.disconnect"}


async def test_a_body_may_arrive_slowly_while_it_arrives():
    async with talking(echo, bounded(body_idle_seconds=1)) as client:
        client.send(post(b"x", length=5))
        for _ in range(4):
            await asyncio.sleep(0.4)
            client.send(b"x")
        assert await client.answer() == b"xxxxx"


async def test_a_connection_that_was_slow_once_is_closed_when_idle():
    async with talking(echo, bounded(body_idle_seconds=60), timeout_keep_alive=0.2) as client:
        client.send(post(b"one, ", length=8))
        await until(lambda: client.here.server.server_state.tasks)
        client.send(b"two")
        assert await client.answer() == b"one, two"
        assert await client.rest() == b""


CHUNKED = "Transfer-Encoding: chunked"


async def test_a_body_in_many_small_chunks_is_refused():
    async with talking(echo, bounded(small_body_parts=200)) as client:
        client.send(post(b"1;a=b\r\nx\r\n" * 300, CHUNKED))
        assert await refusal(client) == (413, "REQUEST_TOO_LARGE")


async def test_small_chunks_of_each_request_count_anew_and_large_ones_do_not():
    small, large = b"1\r\nx\r\n" * 150, b"400\r\n" + b"y" * 1_024 + b"\r\n"
    async with talking(echo, bounded(small_body_parts=200)) as client:
        for _ in range(3):
            client.send(post(small + large * 40 + b"0\r\n\r\n", CHUNKED))
            assert await client.answer() == b"x" * 150 + b"y" * 40_960


async def test_a_body_that_nobody_waits_for_may_not_have_many_small_chunks_either():
    async def app(scope, receive, send):
        await answer(send, b"early")

    async with talking(app, bounded(small_body_parts=200)) as client:
        client.send(post(b"1\r\nx\r\n", CHUNKED))
        assert await client.answer() == b"early"
        client.send(b"1\r\nx\r\n" * 300)
        assert await client.rest() == b""


async def test_extensions_of_chunks_together_are_bounded():
    async with talking(echo, bounded(head_bytes=8_192)) as client:
        client.send(post(b"1;" + b"a" * 1_000 + b"\r\nx\r\n", CHUNKED))
        for _ in range(20):
            client.send(b"1;" + b"a" * 1_000 + b"\r\nx\r\n")
        assert await refusal(client) == (431, "REQUEST_HEAD_TOO_LARGE")
    async with talking(echo, bounded(head_bytes=8_192)) as client:
        large = b"400;" + b"a" * 1_000 + b"\r\n" + b"y" * 1_024 + b"\r\n"
        client.send(post(large * 40 + b"0\r\n\r\n", CHUNKED))
        assert await client.answer() == b"y" * 40_960


async def test_a_body_that_nobody_waits_for_is_not_read_to_its_end():
    async def app(scope, receive, send):
        await answer(send, b"early")

    async with talking(app, timeout_keep_alive=60) as client:
        client.send(post(b"x", length=100 * MEGABYTE))
        assert await client.answer() == b"early"
        flooding = asyncio.create_task(flood(client, b"x" * 65_536))
        assert await client.rest() == b""
        flooding.cancel()


async def test_no_response_is_put_into_another():
    """An early response is under way when the body is given up."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        while (await receive())["type"] == "http.request":
            pass

    async with talking(app, bounded(body_idle_seconds=0.2)) as client:
        client.send(post(b"x", length=MEGABYTE))
        received = await client.rest()
    assert received.count(b"HTTP/1.1") == 1
    assert received.endswith(b"begun\r\n")


async def test_requests_that_wait_are_bounded():
    going_on, most = asyncio.Event(), 0
    connections = []

    async def app(scope, receive, send):
        nonlocal most
        most = max(most, len(connections[0].pipeline))
        await body_of(receive)
        await going_on.wait()
        most = max(most, len(connections[0].pipeline))
        await answer(send, scope["path"].encode())

    count = 10_000
    asked = b"".join(b"GET /%d HTTP/1.1\r\nHost: here\r\n\r\n" % each for each in range(count))
    async with talking(app, bounded(pipelined_requests=4)) as client:
        await until(lambda: client.here.server.server_state.connections)
        connections.append(client.connection)
        client.send(asked)
        await until(lambda: connections[0]._reader.holds_bytes)
        assert connections[0].flow.read_paused
        assert len(connections[0].pipeline) >= 4
        going_on.set()
        for each in range(count):
            assert await client.answer() == b"/%d" % each
    assert 4 <= most <= 4 + PIECE / len("GET /1 HTTP/1.1\r\nHost: here\r\n\r\n")


async def test_a_client_that_does_not_read_gets_few_answers():
    """The buffer of its connection is bounded, and so is what is asked of the application."""
    asked = 0

    async def app(scope, receive, send):
        nonlocal asked
        asked += 1
        await answer(send, b"x" * 10_000)

    async with talking(app) as client:
        client.writer.transport.pause_reading()
        flooding = asyncio.create_task(flood(client, GET * 1000))
        await until(lambda: asked)
        connection, before = client.connection, 0
        while asked > before:
            before = asked
            await asyncio.sleep(0.5)
        assert connection.transport.get_write_buffer_size() < MEGABYTE
        assert len(connection.pipeline) < 16 + PIECE / len(GET)
        flooding.cancel()
        client.writer.transport.abort()
        connection.transport.abort()
        await until(lambda: client.here.is_quiet)


async def test_tiny_chunks_give_other_connections_their_turn():
    turns = 0

    async def app(scope, receive, send):
        await answer(send, b"%d" % len(await body_of(receive)))

    async def take_turns():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    count = 40_000
    async with talking(app, bounded(small_body_parts=count)) as client:
        counting = asyncio.create_task(take_turns())
        chunks = b"1\r\nx\r\n" * count + b"0\r\n\r\n"
        connection_made = client.here.server.server_state.connections
        await until(lambda: connection_made)
        before = turns
        client.connection.data_received(post(chunks, "Transfer-Encoding: chunked"))
        assert await client.answer() == b"%d" % count
        assert turns - before > 6 * count / PIECE / 2
        counting.cancel()


async def test_a_socket_is_opened_behind_a_long_head():
    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    upgrade = UPGRADE[:-2] + b"a: %b\r\n" % (b"x" * 1000) * 10 + b"\r\n"
    async with talking(app) as client:
        client.send(upgrade)
        assert (await client.head()).startswith(b"HTTP/1.1 101")


async def test_what_is_not_http_gets_a_coded_answer():
    async with talking(echo) as client:
        client.send(b"\x16\x03\x01 hello\r\n\r\n")
        assert await refusal(client) == (400, "BAD_REQUEST")
