"""Fan-out: one publisher and 200 viewers over WebSockets.

Compares our whole server with stock Strawberry and with graphql-ws on Node, all with the same
tokens from memory. A last section measures our own `chatTokens`, whose answer goes through the log
in Postgres. The publisher sends tokens as fast as the viewers read them, and 20 per second, the
rate at which the log is flushed.

Each viewer checks that it receives all tokens in order, and the benchmark compares the messages of
all servers. No client offers compression: Strawberry under uvicorn would accept it and need twice
the memory. Memory is the growth of the server's processes after the first few viewers.
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
from benchmarks.support.figures import is_comparison_run, record_cpu_figure
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
#: Viewers of the warm-up.
FEW_VIEWERS = 10
OURS, STOCK, NODE = "ours", "Strawberry", "graphql-ws on Node"
WATCH = "subscription { tokens { seq text ts } }"
PUBLISH = """
mutation Publish($first: Int!, $count: Int!, $pause: Float!) {
  publish(first: $first, count: $count, pause: $pause)
}
"""
TOKEN_MESSAGE = re.compile(rb'"seq": ?(\d+),.*"ts": ?([\d.]+)')
CPU = (Target(STOCK, 15), Target(NODE, 2))
MEMORY = (Target(STOCK, 2.5, memory_held, "memory"),)


@contextmanager
def start_node_server() -> Iterator[ServerProcess]:
    port = find_free_port()
    with start_server(
        NODE, node_servers.node_command("graphql_ws.mjs", str(port)), port=port
    ) as server:
        yield server


def servers_under_test() -> Sequence[StartServer]:
    product = partial(start_product_server, OURS, "product_fan_out")
    if is_comparison_run():
        return [product]
    stock = partial(start_python_server, STOCK, "strawberry_fan_out")
    return (
        product,
        stock,
        *((start_node_server,) if node_servers.ensure_peers_installed() else ()),
    )


class ViewerState:
    """The position of one viewer. A missing or misplaced token ends the benchmark."""

    def __init__(self) -> None:
        self.next = 0
        self.first: bytes = b""
        self.delays: list[float] = []
        self.failure = ""

    def receive(self, message: bytes) -> None:
        token = TOKEN_MESSAGE.search(message)
        if token is None or int(token[1]) != self.next:
            self.failure = f"{message!r} in place of token {self.next}"
            return
        self.next += 1
        self.first = self.first or message
        # A sample is enough, because reading the clock costs CPU.
        if self.next % 8 == 0:
            self.delays.append(time.time() - float(token[2]) / 1000)


class Audience:
    """All viewers of one server and the client that publishes."""

    def __init__(self, viewers: Sequence[ViewerState]) -> None:
        self._publisher: WebSocketViewer
        self._subscribed = -1
        self.viewers = viewers
        self.published = 0

    @asynccontextmanager
    async def connect_publisher(self, url: str) -> AsyncIterator[None]:
        """Connect the publisher and wait until exactly these viewers are subscribed."""
        async with connect_viewer(url, self._receive) as self._publisher:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                while self._subscribed != len(self.viewers):
                    await asyncio.sleep(0.05)
                    await self._publish(0, 0)
            yield

    def _receive(self, message: bytes) -> None:
        self._subscribed = orjson.loads(message)["payload"]["data"]["publish"]

    async def _publish(self, count: int, pause: float) -> None:
        self._publisher.completed.clear()
        self._publisher.start_operation(PUBLISH, first=self.published, count=count, pause=pause)
        await self._publisher.completed.wait()

    async def publish(self, count: int, pause: float) -> None:
        """Publish `count` tokens and wait until every viewer has them."""
        await self._publish(count, pause)
        self.published += count
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while any(viewer.next < self.published for viewer in self.viewers):
                assert not any(viewer.failure for viewer in self.viewers), self.failures
                await asyncio.sleep(0.001)

    @property
    def failures(self) -> list[str]:
        return [viewer.failure for viewer in self.viewers if viewer.failure]

    def delays(self) -> list[float]:
        delays = [delay for viewer in self.viewers for delay in viewer.delays]
        for viewer in self.viewers:
            viewer.delays.clear()
        return delays


@asynccontextmanager
async def connect_audience(server: ServerProcess, count: int = VIEWERS) -> AsyncIterator[Audience]:
    async with AsyncExitStack() as stack:

        async def add_viewer() -> ViewerState:
            viewer = ViewerState()
            socket = await stack.enter_async_context(connect_viewer(server.url, viewer.receive))
            socket.start_operation(WATCH)
            return viewer

        audience = Audience(await run_concurrently([add_viewer] * count))
        await stack.enter_async_context(audience.connect_publisher(server.url))
        await audience.publish(1, 0)
        yield audience


def publish_load(audiences: dict[str, Audience], seconds: float, count: int, pause: float) -> Load:
    async def load(server: ServerProcess) -> Sample:
        audience = audiences[server.name]
        before, until = audience.published, time.perf_counter() + seconds
        while time.perf_counter() < until:
            await audience.publish(count, pause)
        return Sample((audience.published - before) * VIEWERS, audience.delays())

    return load


async def warm_up(server: ServerProcess) -> int:
    """The server's memory after a few viewers have connected and left."""
    async with connect_audience(server, FEW_VIEWERS) as audience:
        await audience.publish(FEW_VIEWERS, 0)
    await asyncio.sleep(0.5)
    return server.memory_bytes()


def memory_growth(baselines: dict[str, int], servers: Sequence[ServerRounds]) -> list[ServerRounds]:
    """The rounds with the memory growth in place of the total memory."""
    return [
        ServerRounds(
            each.name,
            [replace(r, memory_bytes=r.memory_bytes - baselines[each.name]) for r in each.rounds],
        )
        for each in servers
    ]


async def compare(servers: Sequence[ServerProcess]) -> str:
    baselines = {each.name: await warm_up(each) for each in servers}
    async with AsyncExitStack() as stack:
        audiences = {
            each.name: await stack.enter_async_context(connect_audience(each)) for each in servers
        }
        first = [message_without_time(each.viewers[0].first) for each in audiences.values()]
        assert all(each == first[0] for each in first), first
        full_speed = await measure_in_turns(servers, publish_load(audiences, 1.0, 50, 0), 4)
        steady = await measure_in_turns(servers, publish_load(audiences, 2.0, 40, 0.05), 2)
    record_cpu_figure(f"{VIEWERS} viewers at full speed, per message", full_speed[0])
    record_cpu_figure(f"{VIEWERS} viewers at 20 tokens a second, per message", steady[0])
    return "\n\n".join(
        [
            f"**{VIEWERS} viewers, full speed**",
            comparison_report(OURS, memory_growth(baselines, full_speed), CPU + MEMORY, "message"),
            f"**{VIEWERS} viewers, 20 tokens a second**",
            comparison_report(OURS, memory_growth(baselines, steady), CPU, "message"),
        ]
    )


def message_without_time(message: bytes) -> object:
    """The message without its time."""
    content = orjson.loads(message)
    content["payload"]["data"]["tokens"]["ts"] = None
    return content


WATCH_CHAT = """
subscription Watch($id: ID!) {
  chatTokens(sessionId: $id) { cursor ... on TokenDelta { text } }
}
"""
TOKEN_TEXT = re.compile(rb'"text": ?"([\d.]+) ')
CHAT, CHAT_SECONDS = "chatTokens", 5.0


class ChatViewer:
    def __init__(self) -> None:
        self.messages = 0
        self.delays: list[float] = []

    def receive(self, message: bytes) -> None:
        self.messages += 1
        if self.messages % 8 == 0 and (token := TOKEN_TEXT.search(message)):
            self.delays.append(time.monotonic() - float(token[1]))


async def measure_chat_tokens(server: ServerProcess) -> list[ServerRounds]:
    """Measure `chatTokens`; the CPU includes writing the answer."""
    async with graphql_client.create_http_client() as http, AsyncExitStack() as stack:
        session, _ = await graphql_client.start_chat(
            http, server.url, timestamps_prompt(2000, pace=0.02)
        )
        viewers: list[ChatViewer] = []

        async def add_viewer() -> None:
            viewer = ChatViewer()
            socket = await stack.enter_async_context(connect_viewer(server.url, viewer.receive))
            socket.start_operation(WATCH_CHAT, id=session)
            viewers.append(viewer)

        await run_concurrently([add_viewer] * VIEWERS)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while not all(viewer.messages for viewer in viewers):
                await asyncio.sleep(0.1)

        async def load(_: ServerProcess) -> Sample:
            before = sum(viewer.messages for viewer in viewers)
            await asyncio.sleep(CHAT_SECONDS)
            received = sum(viewer.messages for viewer in viewers) - before
            delays = [delay for viewer in viewers for delay in viewer.delays]
            for viewer in viewers:
                viewer.delays.clear()
            return Sample(received, delays)

        return await measure_in_turns([server], load, 2)


@contextmanager
def start_product() -> Iterator[ServerProcess]:
    port = find_free_port()
    with run_environment() as settings:
        variables = environment(**settings, SESSIONS_PORT=str(port))
        command = [sys.executable, "-c", "from server.cli.main import main; main()", "serve"]
        with start_server(CHAT, command, port=port, path="/graphql", **variables) as server:
            yield server


def main() -> None:
    with pin_client_cores():
        with ExitStack() as stack:
            servers = [stack.enter_context(start()) for start in servers_under_test()]
            section = uvloop.run(compare(servers))
        with start_product() as server:
            [chat_tokens] = uvloop.run(measure_chat_tokens(server))
    record_cpu_figure(f"chatTokens to {VIEWERS} viewers, per message", chat_tokens)
    table = comparison_table(chat_tokens, [chat_tokens], "message")
    results_page.write_section(
        "fan-out",
        f"{section}\n\n**{VIEWERS} viewers of one answer, through the log in Postgres**\n\n{table}",
    )


if __name__ == "__main__":
    main()
