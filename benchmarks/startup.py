"""Startup: from the command to the first response, and the cost of the first request.

The embedded database exists already, as after a deployment. The CPU is that of the server process,
imports and schema included; another row shows the imports alone. The start ends when a request is
answered.
"""

import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import psutil

from benchmarks.support import results_page
from benchmarks.support.figures import record_figure
from benchmarks.support.harness import PROJECT, ServerProcess, find_free_port, start_server
from tests.server_process import SESSIONS, environment, run

STARTS = 5
REQUESTS = 20
IMPORT = "import server.cli.main, server.runner"
SESSIONS_QUERY = """
{ sessions(first: 50) { edges { node { id displayTitle status updatedAt owner { name } } } } }
"""


@contextmanager
def migrated_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        path = Path(name)
        # PostgreSQL does not run as root: another user must be able to enter the folder.
        path.chmod(0o755)
        run("migrate", "--data-dir", name).check_returncode()
        yield path


def measure_imports() -> float:
    """CPU seconds."""
    before = children_cpu_seconds()
    subprocess.run([sys.executable, "-c", IMPORT], cwd=PROJECT, check=True)
    return children_cpu_seconds() - before


def children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def send_requests(server: ServerProcess) -> list[float]:
    """Seconds of each of several sequential requests."""
    durations = []
    async with aiohttp.ClientSession() as http:
        # The server accepts connections before it is ready to answer.
        await (await http.get(server.url.replace("graphql", "health"))).read()
        for _ in range(REQUESTS):
            requested_at = time.perf_counter()
            async with http.post(server.url, json={"query": SESSIONS_QUERY}) as answer:
                assert "errors" not in await answer.json()
            durations.append(time.perf_counter() - requested_at)
    return durations


def measure_start(data: Path) -> tuple[float, float, list[float]]:
    """Seconds until the server listens, its CPU seconds, and the seconds of each request."""
    port, started_at = find_free_port(), time.perf_counter()
    command = [str(SESSIONS), "serve", "--port", str(port), "--data-dir", str(data)]
    variables = environment(SESSIONS_LOG_LEVEL="warning")
    with start_server("ours", command, port=port, path="/graphql", **variables) as server:
        requests = asyncio.run(send_requests(server))
        startup = time.perf_counter() - started_at - sum(requests)
        cpu = psutil.Process(server.root_process.pid).cpu_times()
        return startup, cpu.user + cpu.system, requests


def main() -> None:
    imports = [measure_imports() for _ in range(STARTS)]
    with migrated_folder() as data:
        starts = [measure_start(data) for _ in range(STARTS)]
    ready, cpu, requests = zip(*starts, strict=True)
    first = statistics.median(each[0] for each in requests)
    later = statistics.median(one for each in requests for one in each[REQUESTS // 2 :])
    rows = {
        "CPU of all imports": imports,
        "CPU until the first response": cpu,
        "time from the command until it listens": ready,
    }
    for name, seconds in rows.items():
        record_figure(f"{name}: s", statistics.median(seconds))
    record_figure("first request: s", first)
    lines = [
        f"| {name} | {statistics.median(t):.2f} s | {min(t):.2f} s |" for name, t in rows.items()
    ]
    results_page.write_section(
        "startup",
        "\n".join(["| | median of 5 | minimum |", "|---|---|---|", *lines])
        + f"\n\nThe first request takes {first * 1000:.1f} ms, later ones {later * 1000:.1f} ms.",
    )


if __name__ == "__main__":
    main()
