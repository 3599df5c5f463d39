"""What many who look on at one dashboard cost, and how soon they are told.

Two servers on one durable PostgreSQL: at one of them, which is measured, viewers look on over
WebSockets; at the other 20 sessions are renamed in turns, 20 times a second in all. All viewers ask
the same; where nothing is to be shared, each gives its operation another name.

The delay is from the beginning of a change's transaction (`updatedAt`) to the moment at which a
viewer has the message. So there is in it that a feed looks at most four times a second, and what
the clients, one process on the same cores, take to read. Memory is what the server's process alone
holds (USS) more than before they came. Statements are those of both servers, as
`pg_stat_statements` counts them, BEGIN and the like included; without viewers they are what the
changes themselves take.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial

import asyncpg
import httpx2
import psutil

from benchmarks.memory import allow_many_files, cpu_seconds
from benchmarks.support import graphql_client, results_page
from benchmarks.support.dashboard_viewers import DeliveryDelays, watch_dashboard
from benchmarks.support.environment import run_environment
from benchmarks.support.load_viewers import SHORT_ANSWER, run_concurrently
from tests.server_process import Served, serving

CHANGES_A_SECOND = 20
SESSIONS = 20
#: Each time: before anything is counted, and while it is.
BEFORE, WHILE = 2.0, 6.0
WARM = 5
#: Viewers, and whether they may share.
SITUATIONS = [(0, True), (1, True), (50, True), (500, True), (50, False), (500, False)]

RENAME = """
mutation Rename($id: ID!, $title: String!) {
  renameSession(input: { sessionId: $id, title: $title }) {
    ... on RenameSessionSuccess { session { id } }
    ... on Error { message }
  }
}
"""
CALLS = "SELECT sum(calls) FROM pg_stat_statements"


@dataclass
class Figures:
    viewers: int
    shares: bool
    delays: list[float]
    cpu: float
    bytes: int
    statements: float

    def row(self) -> list[object]:
        messages = len(self.delays)
        p50, p99 = percentiles(self.delays)
        alone = self.viewers > 1 and not self.shares
        each = self.bytes / self.viewers / 1024 if self.viewers else 0
        per_message = self.cpu / messages * 1e6 if messages else 0
        return [
            f"{self.viewers}{', each with a document of its own' if alone else ''}",
            f"{messages / WHILE:,.0f}",
            f"{p50:,.0f} ms",
            f"{p99:,.0f} ms",
            f"{self.cpu / WHILE:.0%}",
            f"{per_message:,.0f} µs",
            f"{self.bytes / 1024**2:.1f} MB, {each:.0f} KB",
            f"{self.statements / WHILE:,.0f}",
        ]


HEAD = (
    "viewers",
    "messages a second",
    "median",
    "99 %",
    "of a core",
    "CPU a message",
    "memory, each",
    "statements a second",
)


def percentiles(delays: list[float]) -> tuple[float, float]:
    """In milliseconds."""
    if len(delays) < 2:
        return 0, 0
    cuts = statistics.quantiles(delays, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


@dataclass
class Bench:
    served: Served
    elsewhere: str
    database: str

    async def measure(self, viewers: int, shares: bool) -> Figures:
        told, url = DeliveryDelays(), self.served.url
        server = psutil.Process(self.served.process.pid)
        async with watch_dashboard(url, WARM, shares, told):
            await asyncio.sleep(0.5)
        before = server.memory_full_info().uss
        async with watch_dashboard(url, viewers, shares, told), self.changing():
            await asyncio.sleep(BEFORE)
            called, used = await calls(self.database), cpu_seconds(server)
            told.is_recording = True
            await asyncio.sleep(WHILE)
            told.is_recording = False
            used, called = cpu_seconds(server) - used, await calls(self.database) - called
            more = server.memory_full_info().uss - before
        return Figures(viewers, shares, told.delays, used, more, called)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        async with graphql_client.create_http_client() as http:
            task = asyncio.create_task(self.change(http, await sessions_of(http, self.elsewhere)))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def change(self, http: httpx2.AsyncClient, sessions: list[str]) -> None:
        """One after another, at an even pace."""
        begun = time.monotonic()
        for nth, id in enumerate(itertools.cycle(sessions), start=1):
            await graphql_client.execute_operation(
                http, self.elsewhere, RENAME, id=id, title=f"Renamed {nth}"
            )
            await asyncio.sleep(begun + nth / CHANGES_A_SECOND - time.monotonic())


async def sessions_of(http: httpx2.AsyncClient, url: str) -> list[str]:
    found = await graphql_client.execute_operation(
        http, url, "{ sessions(first: 100) { edges { node { id } } } }"
    )
    return [edge["node"]["id"] for edge in found["sessions"]["edges"]]


async def begin_all(url: str) -> None:
    async with graphql_client.create_http_client() as http:
        await run_concurrently(
            [partial(graphql_client.start_chat, http, url, SHORT_ANSWER)] * SESSIONS
        )
    await asyncio.sleep(3)  # until all answers are there


async def calls(database: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        return int(await connection.fetchval(CALLS))
    finally:
        await connection.close()


def main() -> None:
    allow_many_files()
    with run_environment(counts_statements=True) as settings, serving(**settings) as elsewhere:
        asyncio.run(begin_all(elsewhere.url))
        rows = []
        for viewers, shares in SITUATIONS:
            with serving(**settings, SESSIONS_DRAIN_SECONDS="1") as served:
                bench = Bench(served, elsewhere.url, settings["DATABASE_URL"])
                rows.append(asyncio.run(bench.measure(viewers, shares)).row())
    results_page.write_section("dashboard", results_page.markdown_table(HEAD, rows))


if __name__ == "__main__":
    main()
