"""Clients of several servers: they hop from one to another, and note all they are told."""

import asyncio
import itertools
import json
import random
import ssl
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PROTOCOL = "graphql-transport-ws"
TERMINAL = ("GenerationCompleted", "GenerationFailed", "GenerationCancelled")


class TryAgain(Exception):
    """So the server says."""


AGAIN = ("DATABASE_UNAVAILABLE", "DATABASE_FULL", "DATABASE_BUSY", "SERVER_STOPPING")


#: What a server that has just died, or is not up yet, looks like from outside.
AWAY = (OSError, WebSocketException, httpx2.HTTPError, asyncio.TimeoutError, TryAgain)

#: Made once: to make one for each client would be most of what these tests compute.
PLAIN = ssl.create_default_context()

WATCH = """
subscription Watch($id: ID!, $after: String) {
  generationEvents(generationId: $id, after: $after) {
    __typename cursor
    ... on TokenDelta { text }
    ... on GenerationCompleted { message { content } }
    ... on GenerationFailed { code reason }
  }
}
"""


async def ask(url: str, query: str, **variables: Any) -> Any:
    async with httpx2.AsyncClient(timeout=60, verify=PLAIN) as client:
        answer = await client.post(url, json={"query": query, "variables": variables})
    return data_of(answer.json())


def data_of(result: dict[str, Any]) -> Any:
    for error in result.get("errors", ()):
        if error["extensions"]["code"] in AGAIN:
            raise TryAgain
    assert "errors" not in result, result
    return result["data"]


async def ask_any(urls: Sequence[str], query: str, **variables: Any) -> Any:
    """Ask until one answers, as a client behind a balancer does."""
    tries = itertools.count()
    while True:
        with suppress(*AWAY):
            # Of those that are there now: servers come and go.
            return await ask(urls[next(tries) % len(urls)], query, **variables)
        await asyncio.sleep(0.1)


async def by_socket(url: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
    async with connect(url.replace("http", "ws", 1), subprotocols=[PROTOCOL]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        asked = {"query": WATCH, "variables": variables}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        async for message in socket:
            received = json.loads(message)
            if received["type"] == "complete":
                return
            payload = received["payload"]
            result = payload if received["type"] == "next" else {"errors": payload}
            yield data_of(result)["generationEvents"]


async def by_events(url: str, **variables: Any) -> AsyncGenerator[dict[str, Any], None]:
    """The same as server-sent events."""
    asked = {"query": WATCH, "variables": variables}
    accepted = {"accept": "text/event-stream"}
    async with (
        httpx2.AsyncClient(timeout=60, verify=PLAIN) as client,
        client.stream("POST", url, json=asked, headers=accepted) as answer,
    ):
        async for line in answer.aiter_lines():
            if line == "event: complete":
                return
            if line.startswith("data: {"):
                yield data_of(json.loads(line.removeprefix("data: ")))["generationEvents"]


@dataclass
class Viewer:
    """One who watches an answer, whatever becomes of the servers and of their own connection."""

    urls: Sequence[str]
    generation_id: str
    random: random.Random
    #: How many events are read from one connection at most; None is all.
    patience: int | None = 6
    events: list[dict[str, Any]] = field(default_factory=list)
    #: When each came, on the clock `time.monotonic`.
    times: list[float] = field(default_factory=list)
    visits: int = 0

    @property
    def text(self) -> str:
        return "".join(event.get("text", "") for event in self.events)

    @property
    def end(self) -> dict[str, Any] | None:
        last = self.events[-1] if self.events else None
        return last if last and last["__typename"] in TERMINAL else None

    def resumed_at(self) -> float:
        """When the first words of another attempt came."""
        types = [event["__typename"] for event in self.events]
        return self.times[types.index("TokenDelta", types.index("GenerationResumed"))]

    async def watch(self) -> "Viewer":
        while self.end is None:
            with suppress(*AWAY):
                await self._look()
            await asyncio.sleep(self.random.random() * 0.05)
        return self

    async def _look(self) -> None:
        after = self.events[-1]["cursor"] if self.events else None
        left = self.random.randint(1, self.patience) if self.patience else None
        subscribe = self.random.choice([by_socket, by_events])
        stream = subscribe(self.random.choice(self.urls), id=self.generation_id, after=after)
        self.visits += 1
        async with aclosing(stream):
            async for event in stream:
                self.events.append(event)
                self.times.append(time.monotonic())
                if left is not None and (left := left - 1) == 0:
                    return
