"""The memory a server needs for each idle subscriber, and for each answer being written.

Each row is a server of its own, warmed up by a few of the same kind. Then many come, and what its
process alone holds (USS) is compared before and after. Beside it, the part of a core that it needs
while they are there and nothing happens but, with answers, a word a second each.

Subscribers watch the events of a few sessions. Answers are written with nobody looking on. Their
provider is reached over plain HTTP: with TLS, each needs the buffers of its connection too.
"""

import asyncio
import resource
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import psutil

from benchmarks.support import results_page
from benchmarks.support.environment import run_environment
from benchmarks.support.load_viewers import hold_event_streams, hold_websockets, start_answers
from tests.server_process import serving

WARM = 20
#: Until what follows upon coming and going is done.
SETTLE = 1.5

Load = Callable[[str, int], AbstractAsyncContextManager[None]]

LOADS: list[tuple[str, int, Load]] = [
    ("WebSocket", 300, hold_websockets),
    ("server-sent events", 200, hold_event_streams),
    # The last: another server would take over what this one has not finished.
    ("answer being written", 200, start_answers),
]


async def measure(server: psutil.Process, url: str, load: Load, count: int) -> tuple[int, float]:
    """Bytes more, and the part of a core in use."""
    async with load(url, WARM):
        await asyncio.sleep(0.5)
    await asyncio.sleep(SETTLE)
    before = server.memory_full_info().uss
    async with load(url, count):
        await asyncio.sleep(SETTLE)
        busy = await part_of_a_core(server)
        return server.memory_full_info().uss - before, busy


async def part_of_a_core(server: psutil.Process) -> float:
    used, at = cpu_seconds(server), time.monotonic()
    await asyncio.sleep(SETTLE)
    return (cpu_seconds(server) - used) / (time.monotonic() - at)


def cpu_seconds(server: psutil.Process) -> float:
    times = server.cpu_times()
    return times.user + times.system


def allow_many_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


HEAD = ["", "how many", "each", "in all", "of a core, for all"]


def main() -> None:
    allow_many_files()
    with run_environment() as settings:
        rows = []
        for name, count, load in LOADS:
            with serving(**settings, SESSIONS_DRAIN_SECONDS="1") as served:
                process = psutil.Process(served.process.pid)
                more, busy = asyncio.run(measure(process, served.url, load, count))
            each, total = more / count / 1024, more / 1024**2
            rows.append([name, count, f"{each:.0f} KB", f"{total:.0f} MB", f"{busy:.0%}"])
    results_page.write_section("memory", results_page.markdown_table(HEAD, rows))


if __name__ == "__main__":
    main()
