"""One publisher and 200 viewers over WebSockets: our whole server beside stock Strawberry and
graphql-ws on Node, all with the same tokens from memory; and our own `chatTokens`, of one answer
that goes through the log in Postgres.

Tokens are published as fast as viewers take them, and 20 a second, which is how often answers are
flushed. Each viewer checks that it has all of them in their order, and the messages of all servers
are compared. No client offers compression: Strawberry under uvicorn would accept it, and take twice
the memory. Memory is what the server's processes hold more than after the first few viewers.
"""

import asyncio
import re
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial

import orjson
import uvloop

from benchmarks.support import graphql_client, node_servers, results_page
from benchmarks.support.websocket_viewer import Viewer, viewer
from benchmarks.support.harness import PATIENCE, Load, Rounds, Running, Sample, Start, apart, beside, free_port, in_turns
from benchmarks.support.load_viewers import abreast
from benchmarks.support.timestamp_provider import question
from benchmarks.support.start_servers import at_a_port, whole_server
from benchmarks.support.report_tables import Mark, memory, standings, table
from benchmarks.support.environment import surroundings
from tests.server_process import environment

VIEWERS = 200
#: To have everything loaded that is loaded on first use.
FEW = 10
OURS, STOCK, NODE = "ours", "Strawberry", "graphql-ws on Node"
WATCH = "subscription { tokens { seq text ts } }"
PUBLISH = """
mutation Publish($first: Int!, $count: Int!, $pause: Float!) {
  publish(first: $first, count: $count, pause: $pause)
}
"""
TOLD = re.compile(rb'"seq": ?(\d+),.*"ts": ?([\d.]+)')
CPU = (Mark(STOCK, 15), Mark(NODE, 2))
MEMORY = (Mark(STOCK, 2.5, memory, "memory"),)


@contextmanager
def on_node() -> Iterator[Running]:
    port = free_port()
    with beside(NODE, node_servers.node("graphql_ws.mjs", str(port)), port=port) as running:
        yield running


def contestants() -> Sequence[Start]:
    us = partial(whole_server, OURS, "fan_ours")
    stock = partial(at_a_port, STOCK, "fan_stock")
    return (us, stock, *((on_node,) if node_servers.installed() else ()))


class Place:
    """Where one viewer is; whatever comes out of order, or not at all, ends the benchmark."""

    def __init__(self) -> None:
        self.next = 0
        self.first: bytes = b""
        self.delays: list[float] = []
        self.failure = ""

    def hear(self, message: bytes) -> None:
        found = TOLD.search(message)
        if found is None or int(found[1]) != self.next:
            self.failure = f"{message!r} in place of {self.next}"
            return
        self.next += 1
        self.first = self.first or message
        # Some are enough, and reading the clock is not free.
        if self.next % 8 == 0:
            self.delays.append(time.time() - float(found[2]) / 1000)


class Audience:
    """All viewers of one contestant, and who has it publish."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._publisher: Viewer
        self._reached = -1
        self.places = places
        self.published = 0

    @asynccontextmanager
    async def there(self, url: str) -> AsyncIterator[None]:
        """When all have subscribed, and nobody else is there any more."""
        async with viewer(url, self._hear) as self._publisher:
            async with asyncio.timeout(PATIENCE):
                while self._reached != len(self.places):
                    await asyncio.sleep(0.05)
                    await self._publish(0, 0)
            yield

    def _hear(self, message: bytes) -> None:
        self._reached = orjson.loads(message)["payload"]["data"]["publish"]

    async def _publish(self, count: int, pause: float) -> None:
        self._publisher.completed.clear()
        self._publisher.ask(PUBLISH, first=self.published, count=count, pause=pause)
        await self._publisher.completed.wait()

    async def told(self, count: int, pause: float) -> None:
        """So many tokens, to everybody."""
        await self._publish(count, pause)
        self.published += count
        async with asyncio.timeout(PATIENCE):
            while any(place.next < self.published for place in self.places):
                assert not any(place.failure for place in self.places), self.failures
                await asyncio.sleep(0.001)

    @property
    def failures(self) -> list[str]:
        return [place.failure for place in self.places if place.failure]

    def delays(self) -> list[float]:
        delays = [delay for place in self.places for delay in place.delays]
        for place in self.places:
            place.delays.clear()
        return delays


@asynccontextmanager
async def audience(running: Running, count: int = VIEWERS) -> AsyncIterator[Audience]:
    async with AsyncExitStack() as stack:

        async def come() -> Place:
            place = Place()
            one = await stack.enter_async_context(viewer(running.url, place.hear))
            one.ask(WATCH)
            return place

        found = Audience(await abreast([come] * count))
        await stack.enter_async_context(found.there(running.url))
        await found.told(1, 0)
        yield found


def load_of(audiences: dict[str, Audience], seconds: float, count: int, pause: float) -> Load:
    async def load(running: Running) -> Sample:
        there = audiences[running.name]
        before, until = there.published, time.perf_counter() + seconds
        while time.perf_counter() < until:
            await there.told(count, pause)
        return Sample((there.published - before) * VIEWERS, there.delays())

    return load


async def warm(running: Running) -> int:
    """Bytes that it holds when a few have come and gone."""
    async with audience(running, FEW) as there:
        await there.told(FEW, 0)
    await asyncio.sleep(0.5)
    return running.memory()


def beyond(floors: dict[str, int], taken: Sequence[Rounds]) -> list[Rounds]:
    """With what is held for the viewers, in place of all that is held."""
    return [
        Rounds(each.name, [replace(r, memory=r.memory - floors[each.name]) for r in each.all])
        for each in taken
    ]


async def compare(running: Sequence[Running]) -> str:
    floors = {each.name: await warm(each) for each in running}
    async with AsyncExitStack() as stack:
        audiences = {each.name: await stack.enter_async_context(audience(each)) for each in running}
        told = [said(each.places[0].first) for each in audiences.values()]
        assert all(each == told[0] for each in told), told
        at_once = await in_turns(running, load_of(audiences, 1.0, 50, 0), 4)
        steadily = await in_turns(running, load_of(audiences, 2.0, 40, 0.05), 2)
    return "\n\n".join(
        [
            f"**{VIEWERS} viewers, as fast as they take it**",
            standings(OURS, beyond(floors, at_once), CPU + MEMORY, "message"),
            f"**{VIEWERS} viewers, 20 tokens a second**",
            standings(OURS, beyond(floors, steadily), CPU, "message"),
        ]
    )


def said(message: bytes) -> object:
    """A message, but for its time."""
    found = orjson.loads(message)
    found["payload"]["data"]["tokens"]["ts"] = None
    return found


WATCH_CHAT = """
subscription Watch($id: ID!) {
  chatTokens(sessionId: $id) { cursor ... on TokenDelta { text } }
}
"""
WORD = re.compile(rb'"text": ?"([\d.]+) ')
CHAT, CHAT_SECONDS = "chatTokens", 5.0


class Reader:
    def __init__(self) -> None:
        self.messages = 0
        self.delays: list[float] = []

    def hear(self, message: bytes) -> None:
        self.messages += 1
        if self.messages % 8 == 0 and (found := WORD.search(message)):
            self.delays.append(time.monotonic() - float(found[1]))


async def chat(running: Running) -> list[Rounds]:
    """What a message of `chatTokens` takes, all that is done to write the answer included."""
    async with graphql_client.http() as http, AsyncExitStack() as stack:
        session, _ = await graphql_client.begin(http, running.url, question(2000, pace=0.02))
        readers: list[Reader] = []

        async def come() -> None:
            reader = Reader()
            one = await stack.enter_async_context(viewer(running.url, reader.hear))
            one.ask(WATCH_CHAT, id=session)
            readers.append(reader)

        await abreast([come] * VIEWERS)
        async with asyncio.timeout(PATIENCE):
            while not all(reader.messages for reader in readers):
                await asyncio.sleep(0.1)

        async def load(_: Running) -> Sample:
            before = sum(reader.messages for reader in readers)
            await asyncio.sleep(CHAT_SECONDS)
            heard = sum(reader.messages for reader in readers) - before
            delays = [delay for reader in readers for delay in reader.delays]
            for reader in readers:
                reader.delays.clear()
            return Sample(heard, delays)

        return await in_turns([running], load, 2)


@contextmanager
def product() -> Iterator[Running]:
    port = free_port()
    with surroundings() as settings:
        more = environment(**settings, SESSIONS_PORT=str(port))
        command = [sys.executable, "-c", "from server.cli.main import main; main()", "serve"]
        with beside(CHAT, command, port=port, path="/graphql", **more) as running:
            yield running


def main() -> None:
    with apart():
        with ExitStack() as stack:
            running = [stack.enter_context(start()) for start in contestants()]
            found = uvloop.run(compare(running))
        with product() as served:
            [ours] = uvloop.run(chat(served))
    shown = table(ours, [ours], "message")
    results_page.write(
        "fan-out",
        f"{found}\n\n**{VIEWERS} viewers of one answer, through the log in Postgres**\n\n{shown}",
    )


if __name__ == "__main__":
    main()
