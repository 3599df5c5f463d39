"""Benchmark harness: starts servers as processes on one core and measures them in turns.

The client runs on another core. Each server is measured for one round at a time, in rotation, so
that other load on the machine affects all of them alike. Figures are only compared with figures of
the same round.
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
TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A server under test at `url`. Its figures cover its whole process tree."""

    name: str
    url: str
    root_process: psutil.Process

    @property
    def process_tree(self) -> list[psutil.Process]:
        return [self.root_process, *self.root_process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        return sum(process_cpu_seconds(process.pid) for process in self.process_tree)

    def memory_bytes(self) -> int:
        """Unique set size: the bytes that ending the process would free."""
        return sum(int(process.memory_full_info().uss) for process in self.process_tree)


def process_cpu_seconds(pid: int) -> float:
    """CPU time of a process from its Linux CPU clock, in nanosecond resolution; /proc counts in
    hundredths of a second. See clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2)


#: Starts a server that runs until the block ends.
StartServer = Callable[[], AbstractContextManager[ServerProcess]]


@dataclass(frozen=True, slots=True)
class Sample:
    """The outcome of one load: each of `latencies` is one request or message, in seconds."""

    completed: int
    latencies: Sequence[float]


Load = Callable[[ServerProcess], Awaitable[Sample]]


@dataclass(frozen=True, slots=True)
class Round:
    completed: int
    seconds: float
    cpu_seconds: float
    latencies: Sequence[float]
    memory_bytes: int

    @property
    def cpu_seconds_each(self) -> float:
        """CPU seconds per request or message."""
        return self.cpu_seconds / self.completed

    @property
    def throughput(self) -> float:
        return self.completed / self.seconds


@dataclass(frozen=True, slots=True)
class ServerRounds:
    """The rounds of one server, in the order of execution."""

    name: str
    rounds: list[Round] = field(default_factory=list)


async def measure_in_turns(
    servers: Sequence[ServerProcess], load: Load, rounds: int
) -> list[ServerRounds]:
    """Measure each server `rounds` times, after one warm-up round."""
    results = [ServerRounds(server.name) for server in servers]
    for number in range(rounds + 1):
        for server, result in zip(servers, results, strict=True):
            measured = await measure_round(server, load)
            if number:
                result.rounds.append(measured)
    return results


async def measure_round(server: ServerProcess, load: Load) -> Round:
    cpu_before, started_at = server.cpu_seconds(), time.perf_counter()
    sample = await load(server)
    seconds = time.perf_counter() - started_at
    cpu_seconds = server.cpu_seconds() - cpu_before
    return Round(sample.completed, seconds, cpu_seconds, sample.latencies, server.memory_bytes())


@contextmanager
def pin_client_cores() -> Iterator[None]:
    """Keep this process off the first core, which `start_server` gives to servers."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def start_server(
    name: str, command: Sequence[str], *, port: int, path: str = "/", **variables: str
) -> Iterator[ServerProcess]:
    """Run a command that serves on a local port; yields once it accepts connections."""
    environment = {**os.environ, "NODE_ENV": "production", "PYTHONPATH": str(PROJECT), **variables}
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {0}),
    ) as process:
        try:
            wait_for_port(port, process)
            yield ServerProcess(name, f"http://127.0.0.1:{port}{path}", psutil.Process(process.pid))
        finally:
            process.terminate()
            wait_or_kill(process)


def wait_or_kill(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def python_command(module: str, *arguments: str) -> list[str]:
    """A command that runs a Python module of this project."""
    return [sys.executable, "-m", module, *arguments]


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} exited with code {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"{process.args!r} does not accept connections")


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
