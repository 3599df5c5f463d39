"""Many subscribers or running generations at one server, for as long as a block runs."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from benchmarks.support import graphql_client
from benchmarks.support.timestamp_provider import timestamps_prompt
from tests.chaos.roaming_client import PROTOCOL

#: Connections that are open_socket at the same time.
CONCURRENCY = 20
#: Number of sessions that all subscribers share.
WATCHED_SESSIONS = 5

SHORT_ANSWER = timestamps_prompt(2, pace=0)
LONG_ANSWER = timestamps_prompt(1000, pace=1)

SESSION_EVENTS = """
subscription Events($id: ID!) { sessionEvents(sessionId: $id) { cursor kind session { status } } }
"""

#: Subscribes to one session until the exit stack closes.
Subscribe = Callable[[AsyncExitStack, str], Awaitable[None]]


@asynccontextmanager
async def hold_websockets(url: str, count: int) -> AsyncIterator[None]:
    """Idle subscribers, each over its own WebSocket."""
    open_socket = partial(
        connect,
        url.replace("http", "ws", 1),
        subprotocols=[PROTOCOL],
        ping_interval=None,
    )

    async def subscribe(stack: AsyncExitStack, session: str) -> None:
        socket = await stack.enter_async_context(open_socket())
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        await socket.send(
            json.dumps({"id": "1", "type": "subscribe", "payload": subscription_request(session)})
        )

    async with (
        graphql_client.create_http_client() as http,
        hold_subscribers(http, url, count, subscribe),
    ):
        yield


@asynccontextmanager
async def hold_event_streams(url: str, count: int) -> AsyncIterator[None]:
    """Idle subscribers, each over server-sent events."""

    async def subscribe(stack: AsyncExitStack, session: str) -> None:
        headers = {"accept": "text/event-stream"}
        response = http.stream("POST", url, json=subscription_request(session), headers=headers)
        await stack.enter_async_context(response)

    async with (
        graphql_client.create_http_client() as http,
        hold_subscribers(http, url, count, subscribe),
    ):
        yield


def subscription_request(session: str) -> dict[str, Any]:
    return {"query": SESSION_EVENTS, "variables": {"id": session}}


@asynccontextmanager
async def hold_subscribers(
    http: httpx2.AsyncClient, url: str, count: int, subscribe: Subscribe
) -> AsyncIterator[None]:
    chats = await run_concurrently(
        [partial(graphql_client.start_chat, http, url, SHORT_ANSWER)] * WATCHED_SESSIONS
    )
    async with AsyncExitStack() as stack:
        await run_concurrently(
            partial(subscribe, stack, chats[number % WATCHED_SESSIONS][0])
            for number in range(count)
        )
        yield


@asynccontextmanager
async def start_answers(url: str, count: int) -> AsyncIterator[None]:
    """Generations without a subscriber, one token a second; they continue after the block."""
    async with graphql_client.create_http_client() as http:
        await run_concurrently([partial(graphql_client.start_chat, http, url, LONG_ANSWER)] * count)
        yield


async def run_concurrently(tasks: Iterable[Callable[[], Awaitable[Any]]]) -> list[Any]:
    """Run all tasks, `CONCURRENCY` at a time; returns their results."""
    semaphore = asyncio.Semaphore(CONCURRENCY)

    async def run_task(task: Callable[[], Awaitable[Any]]) -> Any:
        async with semaphore:
            return await task()

    return await asyncio.gather(*map(run_task, tasks))
