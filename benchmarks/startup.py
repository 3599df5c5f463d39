"""From the command to the first answer, and whether the first request is slower than others.

The database is an embedded one that is there already, as after a deploy. The CPU is that of the
server's own process, imports and schema included; that of importing alone stands beside it. A start
is over when a request is answered.
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
from benchmarks.support.harness import PROJECT, ServerProcess, find_free_port, start_server
from tests.server_process import SESSIONS, environment, run

STARTS = 5
REQUESTS = 20
IMPORT = "import server.cli.main, server.runner"
QUESTION = """
{ sessions(first: 50) { edges { node { id displayTitle status updatedAt owner { name } } } } }
"""


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        path = Path(name)
        # For root, PostgreSQL runs as somebody else.
        path.chmod(0o755)
        run("migrate", "--data-dir", name).check_returncode()
        yield path


def importing() -> float:
    """Seconds of CPU."""
    before = children()
    subprocess.run([sys.executable, "-c", IMPORT], cwd=PROJECT, check=True)
    return children() - before


def children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def asked(server: ServerProcess) -> list[float]:
    """Seconds that each request takes, one after another, once it answers."""
    found = []
    async with aiohttp.ClientSession() as http:
        # It takes connections before it is ready to answer.
        await (await http.get(server.url.replace("graphql", "health"))).read()
        for _ in range(REQUESTS):
            begun = time.perf_counter()
            async with http.post(server.url, json={"query": QUESTION}) as answer:
                assert "errors" not in await answer.json()
            found.append(time.perf_counter() - begun)
    return found


def start(data: Path) -> tuple[float, float, list[float]]:
    """Seconds until it listens, CPU of the process in all, and what the requests take."""
    port, begun = find_free_port(), time.perf_counter()
    command = [str(SESSIONS), "serve", "--port", str(port), "--data-dir", str(data)]
    given = environment(SESSIONS_LOG_LEVEL="warning")
    with start_server("ours", command, port=port, path="/graphql", **given) as server:
        requests = asyncio.run(asked(server))
        whole = time.perf_counter() - begun - sum(requests)
        own = psutil.Process(server.root_process.pid).cpu_times()
        return whole, own.user + own.system, requests


def main() -> None:
    imports = [importing() for _ in range(STARTS)]
    with folder() as data:
        starts = [start(data) for _ in range(STARTS)]
    ready, cpu, requests = zip(*starts, strict=True)
    first = statistics.median(each[0] for each in requests)
    later = statistics.median(one for each in requests for one in each[REQUESTS // 2 :])
    rows = {
        "CPU of importing all of it": imports,
        "CPU until it has answered": cpu,
        "from the command until it listens": ready,
    }
    lines = [
        f"| {what} | {statistics.median(t):.2f} s | {min(t):.2f} s |" for what, t in rows.items()
    ]
    results_page.write_section(
        "start",
        "\n".join(["| | median of 5 | quickest |", "|---|---|---|", *lines])
        + f"\n\nThe first request takes {first * 1000:.1f} ms, later ones {later * 1000:.1f} ms.",
    )


if __name__ == "__main__":
    main()
