"""Requests and answers as bytes: the short way does what uvicorn alone does, and is seen to be
taken where it may be."""

import asyncio
import json
import socket
from contextlib import asynccontextmanager
from http.client import HTTPConnection

import pytest
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from websockets.asyncio.client import connect

from server.graphql.response_encoding import EVENTS, JSON
from server.uvicorn.http_protocol import FastHttpProtocol, FastRequestResponseCycle
from server.uvicorn.websocket_protocol import DirectWebSocketProtocol
from tests.api_client import PATIENCE
from tests.in_process_server import serving_here
from tests.server.websocket_client import PROTOCOL

TYPE = (b"content-type", b"text/plain")
MEGABYTE = 1_000_000
UPGRADE = b"""GET /graphql HTTP/1.1\r
Host: here\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: aGVyZSBpcyBvbmUga2V5IQ==\r
\r
"""


@pytest.fixture(params=[HttpToolsProtocol, FastHttpProtocol])
def protocol(request):
    return request.param


def post(body: bytes = b"", *headers: str, address: str = "/graphql", length: int | None = None):
    lines = [f"POST {address} HTTP/1.1", "Host: here", *headers]
    if not any(each.startswith("Transfer-Encoding") for each in headers):
        lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


class Client:
    """One connection, and what comes over it."""

    def __init__(self, here, reader, writer):
        self.here, self.reader, self.writer = here, reader, writer
        self.send = writer.write

    async def head(self) -> bytes:
        return await self.reader.readuntil(b"\r\n\r\n")

    async def answer(self) -> bytes:
        head = await self.head()
        [length] = [line for line in head.split(b"\r\n") if line.startswith(b"content-length")]
        return await self.reader.readexactly(int(length.split()[1]))

    async def part(self) -> bytes:
        """Of a chunked body."""
        length = int(await self.reader.readline(), 16)
        return (await self.reader.readexactly(length + 2))[:-2]

    async def rest(self) -> bytes:
        """What comes before the server closes."""
        return await self.reader.read()

    @property
    def connection(self) -> HttpToolsProtocol:
        [connection] = self.here.server.server_state.connections
        return connection


@asynccontextmanager
async def talking(app, protocol=FastHttpProtocol, **settings):
    async with asyncio.timeout(PATIENCE):
        settings |= {"http": protocol, "ws": DirectWebSocketProtocol}
        settings |= {"lifespan": "off", "access_log": False}
        async with serving_here(app, **settings) as here:
            port = int(here.url.rsplit(":", 1)[1])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                yield Client(here, reader, writer)
            finally:
                writer.close()


async def until(is_so):
    while not is_so():
        await asyncio.sleep(0.001)


async def body_of(receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            return body


async def answer(send, body: bytes, *headers, status: int = 200):
    length = (b"content-length", b"%d" % len(body))
    headers = [length, TYPE, *headers]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def echo(scope, receive, send):
    await answer(send, await body_of(receive))


async def test_the_usual_request_takes_the_short_way_and_no_other_does():
    taken = []

    async def app(scope, receive, send):
        taken.append(isinstance(send.__self__, FastRequestResponseCycle))
        await echo(scope, receive, send)

    asked = [
        post(b"1"),
        post(b"2", "Expect: 100-continue"),
        post(b"3", address="/graphql?a=b"),
        post(b"4", address="/%67raphql"),
        post(b"5", "Connection: close"),
    ]
    async with talking(app) as client:
        for number, request in enumerate(asked, 1):
            client.send(request)
            if b"Expect" in request:
                assert (await client.head()).startswith(b"HTTP/1.1 100")
            assert await client.answer() == b"%d" % number
        assert await client.rest() == b""
    assert taken == [True, False, False, False, False]


async def test_an_answer_is_what_uvicorn_makes_of_it(protocol):
    async def app(scope, receive, send):
        await answer(send, b"hello", (b"X-Word", b"a b"), status=404)

    async with talking(app, protocol, date_header=False) as client:
        client.send(post())
        lines = (await client.head()).decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 404 Not Found"
    assert sorted(lines[1:-2]) == [
        "content-length: 5",
        "content-type: text/plain",
        "server: uvicorn",
        "x-word: a b",
    ]


async def test_requests_sent_at_once_are_answered_in_order(protocol):
    begun, go_on = [], asyncio.Event()

    async def app(scope, receive, send):
        begun.append(body := await body_of(receive))
        await go_on.wait()
        await answer(send, body)

    async with talking(app, protocol) as client:
        client.send(b"".join(post(b"%d" % number) for number in range(5)))
        await until(lambda: begun)
        go_on.set()
        assert [await client.answer() for _ in range(5)] == [b"%d" % each for each in range(5)]
        assert client.here.server.server_state.total_requests == 5
        await until(lambda: not client.here.server.server_state.tasks)


async def test_a_body_may_come_in_pieces(protocol):
    received = []

    async def app(scope, receive, send):
        async def noting():
            received.append(message := await receive())
            return message

        await answer(send, await body_of(noting))

    async with talking(app, protocol) as client:
        client.send(post(b"one, ", length=8))
        await until(lambda: received)
        client.send(b"two")
        assert await client.answer() == b"one, two"


async def test_a_body_may_be_chunked(protocol):
    async with talking(echo, protocol) as client:
        client.send(post(b"3\r\none\r\n5\r\n, two\r\n0\r\n\r\n", "Transfer-Encoding: chunked"))
        assert await client.answer() == b"one, two"
        client.send(post(b"more"))
        assert await client.answer() == b"more"


async def test_a_large_body_arrives_as_it_is_taken(protocol):
    async with talking(echo, protocol) as client:
        body = b"x" * 5 * MEGABYTE
        client.send(post(body))
        assert await client.answer() == body


async def test_a_connection_is_closed_when_nothing_is_asked(protocol):
    async with talking(echo, protocol, timeout_keep_alive=0.2) as client:
        for body in (b"1", b"2"):
            client.send(post(body))
            assert await client.answer() == body
        assert await client.rest() == b""
        await until(lambda: client.here.is_quiet)


async def test_a_connection_is_not_closed_while_something_is_answered(protocol):
    async def app(scope, receive, send):
        body = await body_of(receive)
        if body == b"slow":
            await asyncio.sleep(1.5)
        await answer(send, body)

    # Longer than a busy machine takes from an answer to the next request.
    async with talking(app, protocol, timeout_keep_alive=1) as client:
        for body in (b"quick", b"slow", b"slow"):
            client.send(post(body))
            assert await client.answer() == body


async def test_a_body_may_take_longer_than_a_connection_may_be_idle(protocol):
    async with talking(echo, protocol, timeout_keep_alive=0.5) as client:
        client.send(post(b"one, ", length=8))
        await asyncio.sleep(1)
        client.send(b"two")
        assert await client.answer() == b"one, two"


async def test_a_connection_is_closed_when_nothing_is_ever_asked():
    async with talking(echo, timeout_keep_alive=0.2) as client:
        assert await client.rest() == b""
        await until(lambda: client.here.is_quiet)


async def test_what_comes_after_an_early_answer_keeps_no_connection():
    async def app(scope, receive, send):
        await answer(send, b"too large", status=413)

    async with talking(app, timeout_keep_alive=0.5) as client:
        client.send(post(b"x", length=MEGABYTE))
        assert await client.answer() == b"too large"
        await until_quiet(client, b"x")


async def until_quiet(client, said: bytes):
    """Saying it again and again."""
    while not client.here.is_quiet:
        client.send(said)
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("asked", [True, False])
async def test_a_socket_outlives_the_requests_before_it_on_the_same_connection(protocol, asked):
    async def app(scope, receive, send):
        if scope["type"] == "http":
            await echo(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    async with talking(app, protocol, timeout_keep_alive=0.1) as client:
        sock = client.writer.get_extra_info("socket")
        with socket.create_connection(sock.getpeername()) as other:
            other.setblocking(False)
            loop = asyncio.get_running_loop()
            if asked:
                await loop.sock_sendall(other, post(b"first"))
                assert b"first" in await loop.sock_recv(other, 1000)
            url = client.here.url.replace("http", "ws")
            async with connect(url, sock=other, subprotocols=[PROTOCOL]) as connection:
                await asyncio.sleep(0.3)
                await (await connection.ping())


@pytest.mark.parametrize("pieces", [[b"hello"], [b"hel", b"lo"]])
async def test_the_application_learns_that_the_client_has_gone(protocol, pieces):
    asked, begun, gone = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        asked.set()
        assert await body_of(receive) == b"hello"
        begun.set()
        assert await receive() == {"type": "http.disconnect"}
        await answer(send, b"nobody reads it")
        gone.set()

    async with talking(app, protocol) as client:
        first, *others = pieces
        client.send(post(first, length=5))
        await asked.wait()
        client.send(b"".join(others))
        await begun.wait()
        client.writer.transport.abort()
        await gone.wait()
        await until(lambda: client.here.is_quiet)


async def told_until_gone(scope, receive, send):
    """A stream, as long as there is somebody."""
    await body_of(receive)
    await send({"type": "http.response.start", "status": 200, "headers": [TYPE]})
    gone = asyncio.create_task(receive())
    while not gone.done():
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        await asyncio.sleep(0.001)
    assert gone.result() == {"type": "http.disconnect"}


@pytest.mark.parametrize("asked", [post(), post(address="/graphql?a=b")])
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_stream_learns_that_the_client_has_gone_also_with_requests_behind_it(
    asked, at_once
):
    async with talking(told_until_gone) as client:
        client.send(asked + post() + post() if at_once else asked)
        await client.head()
        if not at_once:
            client.send(post())
            await until(lambda: client.connection.pipeline)
        client.writer.transport.abort()
        await until(lambda: client.here.is_quiet)


async def test_no_socket_is_opened_on_a_connection_that_still_streams():
    asked = []

    async def app(scope, receive, send):
        asked.append(scope["type"])
        await told_until_gone(scope, receive, send)

    async with talking(app) as client:
        client.send(post())
        await client.head()
        client.send(UPGRADE)
        assert b"HTTP/1.1 101" not in await client.rest()
        await until(lambda: client.here.is_quiet)
    assert asked == ["http"]


@pytest.mark.parametrize(
    "header", [(b"x-word", b"a\r\nevil: 1"), (b"x\r\nevil", b"1"), (b"x: y", b"1"), (b"a", b"\0")]
)
async def test_no_header_is_sent_that_would_be_several(protocol, header):
    async def app(scope, receive, send):
        await answer(send, b"", *([header] if await body_of(receive) == b"evil" else []))

    async with talking(app, protocol) as client:
        client.send(post(b"good"))
        assert await client.answer() == b""
        client.send(post(b"evil"))
        assert header[1] not in await client.rest()


async def fails(scope, receive, send):
    raise RuntimeError


async def says_nothing(scope, receive, send):
    pass


async def fails_halfway(scope, receive, send):
    head = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    raise RuntimeError


@pytest.mark.parametrize("app", [fails, says_nothing])
async def test_who_does_not_answer_is_answered_for(protocol, app):
    async with talking(app, protocol) as client:
        client.send(post())
        answered = await client.rest()
    assert answered.startswith(b"HTTP/1.1 500 ")
    assert answered.endswith(b"\r\n\r\nInternal Server Error")


async def test_an_answer_that_is_never_sent_is_not_begun():
    async with talking(fails_halfway) as client:
        client.send(post())
        assert (await client.rest()).startswith(b"HTTP/1.1 500 ")


@pytest.mark.parametrize("length", [4, 6])
async def test_an_answer_of_another_length_than_it_says_ends_the_connection(protocol, length):
    async def app(scope, receive, send):
        head = [(b"content-length", b"%d" % length)]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        await send({"type": "http.response.body", "body": b"hello"})

    async with talking(app, protocol) as client:
        client.send(post())
        assert (await client.rest()).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("says_length", [True, False])
async def test_an_answer_in_parts_is_not_held_back(protocol, says_length):
    go_on = asyncio.Queue()

    async def app(scope, receive, send):
        headers = [TYPE, (b"content-length", b"6")] if says_length else [TYPE]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for body, more in ((b"one", True), (b"two", False)):
            if not says_length:
                await go_on.get()
            await send({"type": "http.response.body", "body": body, "more_body": more})
            if says_length:
                await go_on.get()

    async with talking(app, protocol) as client:
        for _ in range(2):
            client.send(post())
            await client.head()
            for expected in (b"one", b"two"):
                if says_length:
                    assert await client.reader.readexactly(3) == expected
                    go_on.put_nowait(None)
                else:
                    go_on.put_nowait(None)
                    assert await client.part() == expected
            assert says_length or await client.part() == b""


async def test_who_reads_slowly_is_waited_for(protocol):
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [TYPE]})
        for number in range(50):
            part = {"type": "http.response.body", "body": b"x" * MEGABYTE, "more_body": True}
            await send(part)
            sent.append(number)
        await send({"type": "http.response.body", "body": b""})

    async with talking(app, protocol) as client:
        client.send(post())
        await until(lambda: client.connection.flow.write_paused)
        assert len(sent) < 50
        await client.head()
        parts = [part async for part in parts_of(client)]
    assert parts == [b"x" * MEGABYTE] * 50


async def parts_of(client):
    while part := await client.part():
        yield part


async def test_answers_wait_for_who_reads_slowly(protocol):
    large, begun = b"x" * 5 * MEGABYTE, []

    async def app(scope, receive, send):
        begun.append(body := await body_of(receive))
        await answer(send, body + large)

    async with talking(app, protocol) as client:
        asked = [b"%d" % number for number in range(10)]
        for body in asked:
            client.send(post(body))
        await until(lambda: client.connection.flow.write_paused)
        assert len(begun) < len(asked)
        for body in asked:
            assert await client.answer() == body + large


async def test_an_answer_that_is_begun_is_ended_before_the_server_stops(protocol):
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def app(scope, receive, send):
        begun.set()
        await go_on.wait()
        await answer(send, b"done")

    async with talking(app, protocol) as client:
        client.send(post())
        await begun.wait()
        connection = client.connection
        client.here.server.should_exit = True
        await until(lambda: not connection.cycle.keep_alive)
        go_on.set()
        answered = await client.rest()
    assert b"\r\nconnection: close\r\n" in answered
    assert answered.endswith(b"\r\n\r\ndone")


async def test_an_idle_connection_does_not_keep_the_server_from_stopping(protocol):
    async with talking(echo, protocol) as client:
        client.send(post(b"hello"))
        assert await client.answer() == b"hello"
        client.here.server.should_exit = True
        assert await client.rest() == b""


@pytest.mark.parametrize("trusted", ["127.0.0.1", "10.0.0.1"])
async def test_a_proxy_says_who_asks_if_it_is_trusted(protocol, trusted):
    async def app(scope, receive, send):
        await answer(send, json.dumps([scope["client"][0], scope["scheme"]]).encode())

    said = ("X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https")
    async with talking(app, protocol, forwarded_allow_ips=trusted) as client:
        client.send(post(b"", *said))
        forwarded = json.loads(await client.answer())
        client.send(post())
        assert json.loads(await client.answer()) == ["127.0.0.1", "http"]
    itself = ["127.0.0.1", "http"]
    assert forwarded == (["203.0.113.7", "https"] if trusted == "127.0.0.1" else itself)


def test_events_and_answers_share_a_connection(served):
    connection = HTTPConnection("127.0.0.1", int(served.origin.rsplit(":", 1)[1]), PATIENCE)
    said = '{"data":{"viewer":{"name":"Local Technician"}}}'
    events = f"event: next\ndata: {said}\n\nevent: complete\ndata: \n\n"
    for accepted, expected in ((JSON, said), (EVENTS, events), (JSON, said)):
        headers = {"Accept": accepted, "Content-Type": JSON}
        connection.request("POST", "/graphql", '{"query": "{ viewer { name } }"}', headers)
        assert connection.getresponse().read().decode() == expected
    connection.close()
