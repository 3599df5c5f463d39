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
from benchmarks.support.environment import run_environment
from benchmarks.support.harness import (
    TIMEOUT_SECONDS,
    Load,
    Sample,
    ServerProcess,
    ServerRounds,
    StartServer,
    find_free_port,
    measure_in_turns,
    pin_client_cores,
    start_server,
)
from benchmarks.support.load_viewers import run_concurrently
from benchmarks.support.report_tables import (
    Target,
    comparison_report,
    comparison_table,
    memory_held,
)
from benchmarks.support.start_servers import start_product_server, start_python_server
from benchmarks.support.timestamp_provider import timestamps_prompt
from benchmarks.support.websocket_viewer import WebSocketViewer, connect_viewer
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
CPU = (Target(STOCK, 15), Target(NODE, 2))
MEMORY = (Target(STOCK, 2.5, memory_held, "memory"),)


@contextmanager
def on_node() -> Iterator[ServerProcess]:
    port = find_free_port()
    with start_server(
        NODE, node_servers.node_command("graphql_ws.mjs", str(port)), port=port
    ) as running:
        yield running


def contestants() -> Sequence[StartServer]:
    us = partial(start_product_server, OURS, "fan_ours")
    stock = partial(start_python_server, STOCK, "fan_stock")
    return (us, stock, *((on_node,) if node_servers.ensure_peers_installed() else ()))


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
        self._publisher: WebSocketViewer
        self._reached = -1
        self.places = places
        self.published = 0

    @asynccontextmanager
    async def there(self, url: str) -> AsyncIterator[None]:
        """When all have subscribed, and nobody else is there any more."""
        async with connect_viewer(url, self._hear) as self._publisher:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while self._reached != len(self.places):
                    await asyncio.sleep(0.05)
                    await self._publish(0, 0)
            yield

    def _hear(self, message: bytes) -> None:
        self._reached = orjson.loads(message)["payload"]["data"]["publish"]

    async def _publish(self, count: int, pause: float) -> None:
        self._publisher.completed.clear()
        self._publisher.start_operation(PUBLISH, first=self.published, count=count, pause=pause)
        await self._publisher.completed.wait()

    async def told(self, count: int, pause: float) -> None:
        """So many tokens, to everybody."""
        await self._publish(count, pause)
        self.published += count
        async with asyncio.timeout(TIMEOUT_SECONDS):
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
async def audience(running: ServerProcess, count: int = VIEWERS) -> AsyncIterator[Audience]:
    async with AsyncExitStack() as stack:

        async def come() -> Place:
            place = Place()
            one = await stack.enter_async_context(connect_viewer(running.url, place.hear))
            one.start_operation(WATCH)
            return place

        found = Audience(await run_concurrently([come] * count))
        await stack.enter_async_context(found.there(running.url))
        await found.told(1, 0)
        yield found


def load_of(audiences: dict[str, Audience], seconds: float, count: int, pause: float) -> Load:
    async def load(running: ServerProcess) -> Sample:
        there = audiences[running.name]
        before, until = there.published, time.perf_counter() + seconds
        while time.perf_counter() < until:
            await there.told(count, pause)
        return Sample((there.published - before) * VIEWERS, there.delays())

    return load


async def warm(running: ServerProcess) -> int:
    """Bytes that it holds when a few have come and gone."""
    async with audience(running, FEW) as there:
        await there.told(FEW, 0)
    await asyncio.sleep(0.5)
    return running.memory_bytes()


def beyond(floors: dict[str, int], taken: Sequence[ServerRounds]) -> list[ServerRounds]:
    """With what is held for the viewers, in place of all that is held."""
    return [
        ServerRounds(
            each.name,
            [replace(r, memory_bytes=r.memory_bytes - floors[each.name]) for r in each.rounds],
        )
        for each in taken
    ]


async def compare(running: Sequence[ServerProcess]) -> str:
    floors = {each.name: await warm(each) for each in running}
    async with AsyncExitStack() as stack:
        audiences = {each.name: await stack.enter_async_context(audience(each)) for each in running}
        told = [said(each.places[0].first) for each in audiences.values()]
        assert all(each == told[0] for each in told), told
        at_once = await measure_in_turns(running, load_of(audiences, 1.0, 50, 0), 4)
        steadily = await measure_in_turns(running, load_of(audiences, 2.0, 40, 0.05), 2)
    return "\n\n".join(
        [
            f"**{VIEWERS} viewers, as fast as they take it**",
            comparison_report(OURS, beyond(floors, at_once), CPU + MEMORY, "message"),
            f"**{VIEWERS} viewers, 20 tokens a second**",
            comparison_report(OURS, beyond(floors, steadily), CPU, "message"),
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


async def chat(running: ServerProcess) -> list[ServerRounds]:
    """What a message of `chatTokens` takes, all that is done to write the answer included."""
    async with graphql_client.create_http_client() as http, AsyncExitStack() as stack:
        session, _ = await graphql_client.start_chat(
            http, running.url, timestamps_prompt(2000, pace=0.02)
        )
        readers: list[Reader] = []

        async def come() -> None:
            reader = Reader()
            one = await stack.enter_async_context(connect_viewer(running.url, reader.hear))
            one.start_operation(WATCH_CHAT, id=session)
            readers.append(reader)

        await run_concurrently([come] * VIEWERS)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not all(reader.messages for reader in readers):
                await asyncio.sleep(0.1)

        async def load(_: ServerProcess) -> Sample:
            before = sum(reader.messages for reader in readers)
            await asyncio.sleep(CHAT_SECONDS)
            heard = sum(reader.messages for reader in readers) - before
            delays = [delay for reader in readers for delay in reader.delays]
            for reader in readers:
                reader.delays.clear()
            return Sample(heard, delays)

        return await measure_in_turns([running], load, 2)


@contextmanager
def product() -> Iterator[ServerProcess]:
    port = find_free_port()
    with run_environment() as settings:
        more = environment(**settings, SESSIONS_PORT=str(port))
        command = [sys.executable, "-c", "from server.cli.main import main; main()", "serve"]
        with start_server(CHAT, command, port=port, path="/graphql", **more) as running:
            yield running


def main() -> None:
    with pin_client_cores():
        with ExitStack() as stack:
            running = [stack.enter_context(start()) for start in contestants()]
            found = uvloop.run(compare(running))
        with product() as served:
            [ours] = uvloop.run(chat(served))
    shown = comparison_table(ours, [ours], "message")
    results_page.write_section(
        "fan-out",
        f"{found}\n\n**{VIEWERS} viewers of one answer, through the log in Postgres**\n\n{shown}",
    )


if __name__ == "__main__":
    main()
