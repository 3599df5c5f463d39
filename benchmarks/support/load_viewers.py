"""Many of one kind at one server, for as long as a block runs."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from benchmarks.support import graphql_client
from benchmarks.support.timestamp_provider import question
from tests.chaos.roaming_client import PROTOCOL

#: How many come at the same time.
ABREAST = 20
#: Sessions that subscribers share.
WATCHED = 5

SHORT = question(2, pace=0)
LONG = question(1000, pace=1)

EVENTS = """
subscription Events($id: ID!) { sessionEvents(sessionId: $id) { cursor kind session { status } } }
"""

#: Subscribes to one session, until the stack is left.
Come = Callable[[AsyncExitStack, str], Awaitable[None]]


@asynccontextmanager
async def sockets(url: str, count: int) -> AsyncIterator[None]:
    """Idle subscribers, each over a WebSocket of its own."""
    opened = partial(
        connect,
        url.replace("http", "ws", 1),
        subprotocols=[PROTOCOL],
        ping_interval=None,
    )

    async def come(stack: AsyncExitStack, session: str) -> None:
        socket = await stack.enter_async_context(opened())
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": events(session)}))

    async with graphql_client.http() as http, subscribers(http, url, count, come):
        yield


@asynccontextmanager
async def event_streams(url: str, count: int) -> AsyncIterator[None]:
    """Idle subscribers, each over server-sent events."""

    async def come(stack: AsyncExitStack, session: str) -> None:
        headers = {"accept": "text/event-stream"}
        answer = http.stream("POST", url, json=events(session), headers=headers)
        await stack.enter_async_context(answer)

    async with graphql_client.http() as http, subscribers(http, url, count, come):
        yield


def events(session: str) -> dict[str, Any]:
    return {"query": EVENTS, "variables": {"id": session}}


@asynccontextmanager
async def subscribers(
    http: httpx2.AsyncClient, url: str, count: int, come: Come
) -> AsyncIterator[None]:
    begun = await abreast([partial(graphql_client.begin, http, url, SHORT)] * WATCHED)
    async with AsyncExitStack() as stack:
        await abreast(partial(come, stack, begun[nth % WATCHED][0]) for nth in range(count))
        yield


@asynccontextmanager
async def answers(url: str, count: int) -> AsyncIterator[None]:
    """Answers being written, a word a second, for nobody; they go on when the block is left."""
    async with graphql_client.http() as http:
        await abreast([partial(graphql_client.begin, http, url, LONG)] * count)
        yield


async def abreast(works: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Their results, a few being worked on at a time."""
    free = asyncio.Semaphore(ABREAST)

    async def done(work: Callable[[], Awaitable[Any]]) -> Any:
        async with free:
            return await work()

    return await asyncio.gather(*map(done, works))
