"""Memory per idle subscriber and per running generation.

Each row starts a new server and warms it up with a few connections of the same kind. Then many
connect, and the growth of the process's unique set size (USS) is measured, and the share of a core
that the server uses while they are idle. Generations receive one token a second each.

Subscribers watch the events of a few sessions. Generations have no subscriber. The provider is
reached over plain HTTP: with TLS, each connection needs buffers too.
"""

import asyncio
import resource
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import psutil

from benchmarks.support import results_page
from benchmarks.support.environment import run_environment
from benchmarks.support.figures import record_figure
from benchmarks.support.harness import process_cpu_seconds
from benchmarks.support.load_viewers import hold_event_streams, hold_websockets, start_answers
from tests.server_process import serving

WARM_UP_CONNECTIONS = 20
#: Seconds until the work after connecting and disconnecting is complete.
SETTLE_SECONDS = 1.5

Load = Callable[[str, int], AbstractAsyncContextManager[None]]

LOADS: list[tuple[str, int, Load]] = [
    ("WebSocket", 300, hold_websockets),
    ("server-sent events", 200, hold_event_streams),
    # The last row, because the next server would take over the unfinished generations.
    ("running generation", 200, start_answers),
]


async def measure(server: psutil.Process, url: str, load: Load, count: int) -> tuple[int, float]:
    """The growth in bytes, and the share of a core in use."""
    async with load(url, WARM_UP_CONNECTIONS):
        await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLE_SECONDS)
    before = server.memory_full_info().uss
    async with load(url, count):
        await asyncio.sleep(SETTLE_SECONDS)
        busy = await measure_core_share(server)
        return server.memory_full_info().uss - before, busy


async def measure_core_share(server: psutil.Process) -> float:
    cpu, started_at = cpu_seconds(server), time.monotonic()
    await asyncio.sleep(SETTLE_SECONDS)
    return (cpu_seconds(server) - cpu) / (time.monotonic() - started_at)


def cpu_seconds(server: psutil.Process) -> float:
    return process_cpu_seconds(server.pid)


def allow_many_files() -> None:
    _, maximum = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (maximum, maximum))


HEAD = ["", "number", "memory each", "memory, total", "of one core, total"]


def main() -> None:
    allow_many_files()
    with run_environment() as settings:
        rows = []
        for name, count, load in LOADS:
            with serving(**settings, SESSIONS_DRAIN_SECONDS="1") as served:
                process = psutil.Process(served.process.pid)
                growth, busy = asyncio.run(measure(process, served.url, load, count))
            each, total = growth / count / 1024, growth / 1024**2
            record_figure(f"{name}: memory, KB", each)
            record_figure(f"{count} x {name}: share of a core, %", busy * 100)
            rows.append([name, count, f"{each:.0f} KB", f"{total:.0f} MB", f"{busy:.0%}"])
    results_page.write_section("memory", results_page.markdown_table(HEAD, rows))


if __name__ == "__main__":
    main()
