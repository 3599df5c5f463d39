"""Servers beside each other: each a process of its own, on one core; who asks is on another.

They are measured in turns, a round each, over and over: what else the machine does meets all of
them alike, and a figure is only ever compared with those of its own round.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

PROJECT = Path(__file__).parents[2]
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Running:
    """A contestant that answers at `url`. Its figures are those of its whole process tree."""

    name: str
    url: str
    root: psutil.Process

    @property
    def tree(self) -> list[psutil.Process]:
        return [self.root, *self.root.children(recursive=True)]

    def cpu_seconds(self) -> float:
        return sum(cpu_time(process.pid) for process in self.tree)

    def memory(self) -> int:
        """Bytes that would be free without it."""
        return sum(int(process.memory_full_info().uss) for process in self.tree)


def cpu_time(pid: int) -> float:
    """Seconds that a process has used, by the clock that Linux keeps of each: to the nanosecond,
    where the times of /proc are in hundredths of a second. See clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2)


#: Starts a contestant, for as long as the block runs.
Start = Callable[[], AbstractContextManager[Running]]


@dataclass(frozen=True, slots=True)
class Sample:
    """What a load has had done: each of `latencies` is one request or message, in seconds."""

    done: int
    latencies: Sequence[float]


Load = Callable[[Running], Awaitable[Sample]]


@dataclass(frozen=True, slots=True)
class Round:
    done: int
    seconds: float
    cpu_seconds: float
    latencies: Sequence[float]
    memory: int

    @property
    def cpu_each(self) -> float:
        """Seconds of CPU for each request or message."""
        return self.cpu_seconds / self.done

    @property
    def rate(self) -> float:
        return self.done / self.seconds


@dataclass(frozen=True, slots=True)
class Rounds:
    """Of one contestant, in the order they were run."""

    name: str
    all: list[Round] = field(default_factory=list)


async def in_turns(contestants: Sequence[Running], load: Load, rounds: int) -> list[Rounds]:
    """Measure them all, `rounds` times, after a round that warms them up."""
    found = [Rounds(each.name) for each in contestants]
    for nth in range(rounds + 1):
        for contestant, taken in zip(contestants, found, strict=True):
            measured = await measure(contestant, load)
            if nth:
                taken.all.append(measured)
    return found


async def measure(contestant: Running, load: Load) -> Round:
    used, begun = contestant.cpu_seconds(), time.perf_counter()
    sample = await load(contestant)
    seconds = time.perf_counter() - begun
    used = contestant.cpu_seconds() - used
    return Round(sample.done, seconds, used, sample.latencies, contestant.memory())


@contextmanager
def apart() -> Iterator[None]:
    """What is started in the block by `beside` has the first core, this process the others."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def beside(
    name: str, command: Sequence[str], *, port: int, path: str = "/", **more: str
) -> Iterator[Running]:
    """A command that serves on a port of this machine, from the moment it takes connections."""
    environment = {**os.environ, "NODE_ENV": "production", "PYTHONPATH": str(PROJECT), **more}
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    ) as process:
        try:
            wait_for(port, process)
            yield Running(name, f"http://127.0.0.1:{port}{path}", psutil.Process(process.pid))
        finally:
            process.terminate()
            ended(process)


def ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def python(module: str, *arguments: str) -> list[str]:
    """A command that runs a module of ours."""
    return [sys.executable, "-m", module, *arguments]


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{process.args} takes no connections")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
