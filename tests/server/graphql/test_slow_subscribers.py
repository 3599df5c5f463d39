"""Viewers who leave, and viewers who are slow: what they leave behind, and what they hold."""

import asyncio
import gc
import json
import socket
from collections import Counter
from contextlib import asynccontextmanager

import httpx2
import pytest
from sqlalchemy import text
from websockets.asyncio.client import connect

from queries import pagination
from schema import ids
from server.app import create_app, create_view
from server.auth.authenticator import LocalUserAuthenticator
from server.auth.connection_expiry import OpenConnections
from server.settings import Settings
from server.uvicorn.websocket_protocol import DirectWebSocketProtocol
from services.accounts.login import AuthenticatedLogin
from services.generations import job
from tests import factories
from tests.api_client import PATIENCE, eventually, given_back
from tests.dashboard_client import EVENT
from tests.in_process_server import serving_here
from tests.operations import GENERATION_EVENTS, call, create

VIEWERS = 400
AT_ONCE = 20
LONG_WORD = "x" * 2_000 + " "
WORDS = 500


HARDLY_BUFFERS = {"max_queue": 1, "max_size": None, "compression": None}


@pytest.fixture
async def here(running, ana):
    @asynccontextmanager
    async def start():
        yield {
            "runtime": running,
            "authenticator": LocalUserAuthenticator(AuthenticatedLogin(ana)),
            "open_connections": OpenConnections(),
        }

    app = create_app(start, Settings(), create_view(Settings()))
    async with serving_here(app, ws=DirectWebSocketProtocol) as here:
        yield here


@asynccontextmanager
async def watching(here, generation_id, **options):
    asked = {"generationId": generation_id}
    async with subscribed(here, GENERATION_EVENTS, asked, **options) as connection:
        yield connection


@asynccontextmanager
async def subscribed(here, document, asked, **options):
    async with connect(
        here.url.replace("http", "ws") + "/graphql",
        subprotocols=["graphql-transport-ws"],
        open_timeout=PATIENCE,
        **options,
    ) as connection:
        await connection.send(json.dumps({"type": "connection_init"}))
        await connection.recv()
        payload = {"query": document, "variables": asked}
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        yield connection


async def by_socket(here, generation_id):
    """Says that it has seen enough, and goes."""
    async with watching(here, generation_id) as viewer:
        await viewer.recv()
        await viewer.send(json.dumps({"id": "1", "type": "complete"}))


async def torn_away(here, generation_id):
    async with watching(here, generation_id) as viewer:
        await viewer.recv()
        viewer.transport.abort()


async def by_events(here, generation_id):
    payload = {"query": GENERATION_EVENTS, "variables": {"generationId": generation_id}}
    async with (
        # Without the certificates of the system, which take most of the time of a request to read.
        httpx2.AsyncClient(timeout=PATIENCE, verify=False) as client,
        client.stream(
            "POST", here.url + "/graphql", json=payload, headers={"accept": "text/event-stream"}
        ) as answer,
    ):
        await anext(answer.aiter_lines())


def kept() -> Counter:
    """Objects by the name of their type."""
    gc.collect()
    return Counter(type(each).__qualname__ for each in gc.get_objects())


async def test_viewers_who_leave_leave_nothing_behind(here, api, running, assistant):
    answer = assistant.enqueue_held("One ")
    generation_id = (await create(api, "CHAT", "it hangs"))["generation"]["id"]
    ways = [by_socket, torn_away, by_events]

    async def come_and_go(viewers):
        for first in range(0, viewers, AT_ONCE):
            turns = range(first, first + AT_ONCE)
            await asyncio.gather(*(ways[n % 3](here, generation_id) for n in turns))
        await eventually(is_quiet)

    async def is_quiet():
        return here.is_quiet and len(running.generation_watches) == 0

    await come_and_go(AT_ONCE)
    tasks, before = len(asyncio.all_tasks()), kept()
    await come_and_go(VIEWERS)

    await given_back(running)
    await eventually(no_more_than(tasks))
    assert {name: n for name, n in (kept() - before).items() if n >= VIEWERS / 4} == {}
    answer.release("two")


def no_more_than(tasks: int):
    """The process starts some of its own now and then."""

    async def found() -> bool:
        return len(asyncio.all_tasks()) <= tasks

    return found


async def read_text(viewer) -> list[str]:
    """The pieces in which it came."""
    pieces = []
    async for received in viewer:
        message = json.loads(received)
        if message["type"] == "complete":
            return pieces
        event = message["payload"]["data"]["generationEvents"]
        if "text" in event:
            pieces.append(event["text"])
    raise AssertionError("closed before the end")


async def test_a_slow_viewer_holds_little_and_is_then_told_all_at_once(
    here, api, assistant, monkeypatch
):
    monkeypatch.setattr(job, "GENERATED_CHARS", len(LONG_WORD) * (WORDS + 1))
    assistant.delay = 0.005
    answer = assistant.enqueue_held("One ")
    generation_id = (await create(api, "CHAT", "it hangs"))["generation"]["id"]
    # It is read only at the end.
    async with (
        watching(here, generation_id, **HARDLY_BUFFERS, sock=small(here)) as slow,
        watching(here, generation_id) as quick,
    ):
        reading = asyncio.create_task(read_text(quick))
        hardly_buffering(here)
        answer.release(*[LONG_WORD] * WORDS)
        came_in = await asyncio.wait_for(reading, PATIENCE)
        held = [c.transport.get_write_buffer_size() for c in here.server.server_state.connections]
        came_late_in = await asyncio.wait_for(read_text(slow), PATIENCE)

    assert "".join(came_late_in) == "".join(came_in) == "One " + LONG_WORD * WORDS
    assert len(came_late_in) < len(came_in) / 2
    assert max(held) < len(LONG_WORD) * WORDS / 4


LOUD = """
subscription Loud($sessionId: ID!, $after: String) {
  sessionEvents(sessionId: $sessionId, after: $after) { cursor kind session { TITLES } }
}
""".replace("TITLES", " ".join(f"title{n}: displayTitle" for n in range(25)))
#: Each some 2.5 KB; many times what a process keeps of a session, or of what it has sent.
HAPPENED = 500


async def test_a_slow_viewer_of_a_session_reads_the_rest_from_the_log(here, api, running, ana):
    row = factories.chat_session(ana, title="x" * 70)
    await factories.save(running, row)
    asked = {
        "sessionId": ids.encode_global_id("ChatSession", row.id),
        "after": pagination.encode_cursor(0),
    }
    async with (
        subscribed(here, LOUD, asked, **HARDLY_BUFFERS, sock=small(here)) as slow,
        subscribed(here, LOUD, asked) as quick,
    ):
        reading = asyncio.create_task(read_cursors(quick))
        hardly_buffering(here)
        for _ in range(HAPPENED // 50):
            async with running.tenancy.for_account(ana.account_id).orm_transaction() as db:
                await db.execute(
                    text(EVENT), [{"account_id": ana.account_id, "session_id": row.id}] * 50
                )
            await call(api, "rateSession", "session { id }", sessionId=asked["sessionId"], rating=5)
        # Nobody waits for the one who does not read.
        seen = await asyncio.wait_for(reading, PATIENCE)
        held = [c.transport.get_write_buffer_size() for c in here.server.server_state.connections]
        assert await asyncio.wait_for(read_cursors(slow), PATIENCE) == seen
    assert len(set(seen)) == len(seen) == HAPPENED
    assert max(held) < 500_000


async def read_cursors(viewer) -> list[str]:
    """Of what was not done by the test's own signal."""
    cursors: list[str] = []
    while len(cursors) < HAPPENED:
        event = json.loads(await viewer.recv())["payload"]["data"]["sessionEvents"]
        if event["kind"] == "RENAMED":
            cursors.append(event["cursor"])
    return cursors


def hardly_buffering(here) -> None:
    for connection in here.server.server_state.connections:
        sent = connection.transport.get_extra_info("socket")
        sent.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)


def small(here) -> socket.socket:
    """A connection whose system hardly buffers."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.connect(("127.0.0.1", int(here.url.rsplit(":", 1)[1])))
    connection.setblocking(False)
    return connection
