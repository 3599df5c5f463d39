"""Dashboard subscribers: their CPU and memory, and the delay of events.

Two servers share one durable PostgreSQL. Viewers subscribe to the dashboard of the measured server
over WebSockets. The other server renames 20 sessions in rotation, 20 renames per second in total.
All viewers send the same operation; to prevent sharing, each gives its operation another name.

The delay runs from the start of a change's transaction (`updatedAt`) until a viewer has the
message. It includes the poll interval of the feed, at most four polls per second, and the reading
time of the clients, one process on the same cores. Memory is the growth of the server's unique set
size (USS). Statements are those of both servers in `pg_stat_statements`, BEGIN and COMMIT included;
the row without viewers shows the statements of the changes alone.
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
from benchmarks.support.figures import record_figure
from benchmarks.support.load_viewers import SHORT_ANSWER, run_concurrently
from tests.server_process import Served, serving

CHANGES_A_SECOND = 20
SESSIONS = 20
#: Seconds of each situation.
WARM_UP_SECONDS, MEASURED_SECONDS = 2.0, 6.0
WARM_UP_VIEWERS = 5
#: Number of viewers, and whether they share results.
SITUATIONS = [(0, True), (1, True), (50, True), (500, True), (50, False), (500, False)]

RENAME = """
mutation Rename($id: ID!, $title: String!) {
  renameSession(input: { sessionId: $id, title: $title }) {
    ... on RenameSessionSuccess { session { id } }
    ... on Error { message }
  }
}
"""
SELECT_STATEMENT_COUNT = "SELECT sum(calls) FROM pg_stat_statements"


@dataclass
class Figures:
    viewers: int
    shares: bool
    delays: list[float]
    cpu: float
    bytes: int
    statements: float

    @property
    def label(self) -> str:
        is_unshared = self.viewers > 1 and not self.shares
        return f"{self.viewers}{', each with its own operation' if is_unshared else ''}"

    def row(self) -> list[object]:
        messages = len(self.delays)
        p50, p99 = percentiles(self.delays)
        each = self.bytes / self.viewers / 1024 if self.viewers else 0
        per_message = self.cpu / messages * 1e6 if messages else 0
        if messages:
            record_figure(f"viewers: {self.label}: CPU per message, µs", per_message)
        return [
            self.label,
            f"{messages / MEASURED_SECONDS:,.0f}",
            f"{p50:,.0f} ms",
            f"{p99:,.0f} ms",
            f"{self.cpu / MEASURED_SECONDS:.0%}",
            f"{per_message:,.0f} µs",
            f"{self.bytes / 1024**2:.1f} MB, {each:.0f} KB",
            f"{self.statements / MEASURED_SECONDS:,.0f}",
        ]


HEAD = (
    "viewers",
    "messages a second",
    "delay, median",
    "delay, 99 %",
    "of one core",
    "CPU per message",
    "memory, total and each",
    "statements a second",
)


def percentiles(delays: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile, in milliseconds."""
    if len(delays) < 2:
        return 0, 0
    cuts = statistics.quantiles(delays, n=100)
    return cuts[49] * 1000, cuts[98] * 1000


@dataclass
class DashboardBenchmark:
    served: Served
    writer_url: str
    database: str

    async def measure(self, viewers: int, shares: bool) -> Figures:
        delays, url = DeliveryDelays(), self.served.url
        server = psutil.Process(self.served.process.pid)
        async with watch_dashboard(url, WARM_UP_VIEWERS, shares, delays):
            await asyncio.sleep(0.5)
        before = server.memory_full_info().uss
        async with watch_dashboard(url, viewers, shares, delays), self.run_renames():
            await asyncio.sleep(WARM_UP_SECONDS)
            statements, cpu = await count_statements(self.database), cpu_seconds(server)
            delays.is_recording = True
            await asyncio.sleep(MEASURED_SECONDS)
            delays.is_recording = False
            cpu = cpu_seconds(server) - cpu
            statements = await count_statements(self.database) - statements
            growth = server.memory_full_info().uss - before
        return Figures(viewers, shares, delays.delays, cpu, growth, statements)

    @asynccontextmanager
    async def run_renames(self) -> AsyncIterator[None]:
        async with graphql_client.create_http_client() as http:
            sessions = await list_sessions(http, self.writer_url)
            task = asyncio.create_task(self.rename_sessions(http, sessions))
            try:
                yield
            finally:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def rename_sessions(self, http: httpx2.AsyncClient, sessions: list[str]) -> None:
        """Rename the sessions in rotation, at an even pace."""
        started_at = time.monotonic()
        for number, id in enumerate(itertools.cycle(sessions), start=1):
            await graphql_client.execute_operation(
                http, self.writer_url, RENAME, id=id, title=f"Renamed {number}"
            )
            await asyncio.sleep(started_at + number / CHANGES_A_SECOND - time.monotonic())


async def list_sessions(http: httpx2.AsyncClient, url: str) -> list[str]:
    result = await graphql_client.execute_operation(
        http, url, "{ sessions(first: 100) { edges { node { id } } } }"
    )
    return [edge["node"]["id"] for edge in result["sessions"]["edges"]]


async def start_chats(url: str) -> None:
    async with graphql_client.create_http_client() as http:
        await run_concurrently(
            [partial(graphql_client.start_chat, http, url, SHORT_ANSWER)] * SESSIONS
        )
    await asyncio.sleep(3)  # until all answers are complete


async def count_statements(database: str) -> int:
    connection = await asyncpg.connect(database)
    try:
        return int(await connection.fetchval(SELECT_STATEMENT_COUNT))
    finally:
        await connection.close()


def main() -> None:
    allow_many_files()
    with run_environment(counts_statements=True) as settings, serving(**settings) as writer:
        asyncio.run(start_chats(writer.url))
        rows = []
        for viewers, shares in SITUATIONS:
            with serving(**settings, SESSIONS_DRAIN_SECONDS="1") as served:
                benchmark = DashboardBenchmark(served, writer.url, settings["DATABASE_URL"])
                rows.append(asyncio.run(benchmark.measure(viewers, shares)).row())
    results_page.write_section("dashboard", results_page.markdown_table(HEAD, rows))


if __name__ == "__main__":
    main()
