"""Stream load: what running answers cost the server and PostgreSQL, by their number.

Each answer has tokens 20 ms apart, as models send them, and one viewer on a WebSocket. The figures
are CPU per answer of the server's process and of PostgreSQL, and the transactions that write, per
second: each is one commit and one flush of the write-ahead log.
"""

import asyncio
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass

import httpx2
import psutil

from benchmarks.support import graphql_client, results_page
from benchmarks.support.environment import fetch_rows, run_environment
from benchmarks.support.figures import record_figure
from benchmarks.support.harness import ServerProcess
from benchmarks.support.timestamp_provider import timestamps_prompt
from tests.chaos.roaming_client import by_socket
from tests.server_process import serving

TOKENS = 100
PACE = 0.02
#: Concurrent answers and repetitions.
SITUATIONS = [(1, 10), (20, 4), (100, 3)]
#: Seconds before the first token, in which viewers subscribe, for each concurrent answer.
HEAD_SECONDS = 0.04
#: Seconds for the work after the end of an answer.
SETTLE_SECONDS = 0.3
HEAD = ("at once", "server's CPU per answer", "PostgreSQL's CPU per answer", "commits a second")
NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next"
POSTMASTER = "SELECT pg_read_file('postmaster.pid') AS content"


@dataclass(frozen=True, slots=True)
class StreamCost:
    """One load: CPU seconds per answer, and write transactions per second."""

    server_cpu: float
    database_cpu: float
    commits: float


@dataclass
class StreamLoadBenchmark:
    url: str
    database_url: str
    server: ServerProcess
    database: ServerProcess
    http: httpx2.AsyncClient

    async def measure(self, concurrency: int) -> StreamCost:
        server, database = self.server.cpu_seconds(), self.database.cpu_seconds()
        commits, started_at = await self.next_transaction(), time.monotonic()
        prompt = timestamps_prompt(TOKENS, pace=PACE, head=HEAD_SECONDS * concurrency)
        await asyncio.gather(*(self.view_answer(prompt) for _ in range(concurrency)))
        elapsed = time.monotonic() - started_at
        commits = await self.next_transaction() - commits
        await asyncio.sleep(SETTLE_SECONDS)
        return StreamCost(
            (self.server.cpu_seconds() - server) / concurrency,
            (self.database.cpu_seconds() - database) / concurrency,
            commits / elapsed,
        )

    async def view_answer(self, prompt: str) -> None:
        _, generation = await graphql_client.start_chat(self.http, self.url, prompt)
        async for _ in by_socket(self.url, id=generation):
            pass

    async def next_transaction(self) -> int:
        """The number that the next transaction that writes will have."""
        [row] = await asyncio.to_thread(fetch_rows, self.database_url, NEXT_TRANSACTION)
        return int(row["next"])


async def measure_loads(benchmark: StreamLoadBenchmark) -> list[list[str]]:
    rows = []
    for concurrency, times in SITUATIONS:
        await benchmark.measure(concurrency)
        costs = [await benchmark.measure(concurrency) for _ in range(times)]
        server = statistics.median(cost.server_cpu for cost in costs) * 1000
        database = statistics.median(cost.database_cpu for cost in costs) * 1000
        commits = statistics.median(cost.commits for cost in costs)
        record_figure(f"{concurrency} at once, server: CPU, ms", server)
        record_figure(f"{concurrency} at once, PostgreSQL: CPU, ms", database)
        record_figure(f"{concurrency} at once: commits per second", commits)
        rows.append([str(concurrency), f"{server:.1f} ms", f"{database:.1f} ms", f"{commits:.0f}"])
    return rows


async def run_benchmark(url: str, database_url: str, server_pid: int) -> None:
    [row] = await asyncio.to_thread(fetch_rows, database_url, POSTMASTER)
    database_pid = int(row["content"].split()[0])
    async with graphql_client.create_http_client() as http:
        benchmark = StreamLoadBenchmark(
            url,
            database_url,
            ServerProcess("server", url, psutil.Process(server_pid)),
            ServerProcess("PostgreSQL", "", psutil.Process(database_pid)),
            http,
        )
        rows = await measure_loads(benchmark)
    results_page.write_section("stream load", results_page.markdown_table(HEAD, rows))


def main() -> None:
    with run_environment() as settings, serving(**settings) as server:
        pid = server.process.pid
        assert pid is not None
        asyncio.run(run_benchmark(server.url, settings["DATABASE_URL"], pid))


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
