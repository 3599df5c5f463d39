"""A server that is told to stop sends its viewers elsewhere at once, and lets answers end."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.operations import CREATE, SESSION_EVENTS
from tests.server_process import serving

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
#: `graphql-ws` comes back upon it: https://www.rfc-editor.org/rfc/rfc6455#section-11.7
SERVICE_RESTART = 1012
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
#: Until then there is more that waits for the session.
DESCRIBED = """
SELECT problem_summary IS NOT NULL FROM ai_sessions ORDER BY created_at DESC LIMIT 1
"""


@pytest.fixture
def server(database_url):
    """One that waits for an hour: so whatever it waits for, hangs the test."""
    with serving(DATABASE_URL=database_url, SESSIONS_DRAIN_SECONDS="3600") as server:
        yield server
        assert server.stop() == 0
        assert not [line for line in server.log if "ERROR" in line or "Traceback" in line]


@pytest.fixture
def asked(server):
    """A subscription that would never end."""
    created = server.data(CREATE, input=CHAT)["createSession"]
    return {"query": SESSION_EVENTS, "variables": {"sessionId": created["session"]["id"]}}


def test_a_stream_of_events_ends_without_saying_that_it_is_complete(server, asked):
    with (
        server.client as client,
        client.stream(
            "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
        ) as answer,
    ):
        assert server.stop() == 0
        assert "complete" not in answer.read().decode()


def test_a_socket_is_closed_with_a_code_to_come_back_upon(server, asked):
    with connect(
        server.url.replace("http", "ws", 1), subprotocols=["graphql-transport-ws"]
    ) as socket:
        socket.send(json.dumps({"type": "connection_init"}))
        assert json.loads(socket.recv(60))["type"] == "connection_ack"
        socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        assert server.stop() == 0
        with pytest.raises(ConnectionClosed) as closed:
            read_on(socket)
    assert closed.value.rcvd.code == SERVICE_RESTART


def read_on(socket) -> None:
    while True:
        socket.recv(60)


async def test_a_request_that_cannot_be_done_in_time_is_told_to_come_again(database_url):
    """It waits for a session that somebody else holds."""
    rename = """mutation ($id: ID!) {
      renameSession(input: { sessionId: $id, title: "Mail" }) { __typename }
    }"""
    with serving(DATABASE_URL=database_url, SESSIONS_DRAIN_SECONDS="1") as server:
        session = server.data(CREATE, input=CHAT)["createSession"]["session"]["id"]
        holder = await asyncpg.connect(database_url)
        while not await holder.fetchval(DESCRIBED):
            await asyncio.sleep(0.01)
        async with holder.transaction():
            await holder.execute("SELECT FROM ai_sessions FOR UPDATE")
            asked = {"query": rename, "variables": {"id": session}}
            with ThreadPoolExecutor() as threads, server.client as client:
                waiting = threads.submit(client.post, "/graphql", json=asked)
                while not await holder.fetchval(WAITING):
                    await asyncio.sleep(0.01)
                stopping = threads.submit(server.stop)
                answer = await asyncio.wrap_future(waiting)
                assert await asyncio.wrap_future(stopping) == 0
        await holder.close()
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "SERVER_STOPPING"
    assert "Traceback" not in "".join(server.log)
