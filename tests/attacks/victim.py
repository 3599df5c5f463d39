"""What an attack costs another client: the victim asks the smallest query in a loop.

The victim and the attacker are processes of their own, so that neither waits for the interpreter of
the other. An attack is a function of a test module: `attack(target, stop)` runs until `stop` is set
and bounds what it sends. All figures are ratios to the same victim without the attack.
"""

import http.client
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import psutil

from tests.server_process import Served

#: A process that starts anew: a copy of one that has threads could hang.
PROCESSES = multiprocessing.get_context("spawn")
#: The part of its quiet rate that the victim keeps.
LEAST_SHARE = 0.25
#: Seconds; no answer to the victim takes longer.
SLOWEST_ANSWER = 2.5
#: Bytes; the server grows by no more.
MOST_GROWTH = 300_000_000
TRIES = 3
#: Seconds after which an answer counts as never given.
GIVEN_UP = 10.0
#: Seconds that an attack has to begin.
START = 30.0


@dataclass(frozen=True)
class Target:
    """Where an attack goes: an address of this machine."""

    host: str
    port: int
    bearer: str | None = None


@dataclass
class Answers:
    """The answers that the victim had: seconds each, and those refused or broken off."""

    seconds: list[float]
    failed: int
    elapsed: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed

    @property
    def slowest(self) -> float:
        return max(self.seconds, default=GIVEN_UP)


@dataclass
class Damage:
    """What one try of an attack has cost."""

    share: float
    slowest: float
    failed: int
    growth: int

    def is_bearable(self) -> bool:
        return (
            self.share >= LEAST_SHARE
            and self.slowest <= SLOWEST_ANSWER
            and self.failed == 0
            and self.growth <= MOST_GROWTH
        )


Attack = Callable[[Target, Event], None]


def assert_victim_is_served(
    served: Served, attack: Attack, *, seconds: float = 5, bearer: str | None = None
) -> None:
    """Runs the attack until a try is bearable; fails after three that are not.

    `served.bearer` is the victim's, `bearer` the attacker's.
    """
    damages: list[Damage] = []
    while not damages or not damages[-1].is_bearable():
        assert len(damages) < TRIES, damages
        damages.append(measure_damage(served, attack, seconds, bearer))
    print(format_table_row(damages[-1]))
    assert served.data("{ viewer { id } }"), "a client afterwards is served"


def format_table_row(damage: Damage) -> str:
    """A row of the table in docs/security.md, named by the running test."""
    test = os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].removesuffix(" (call)")
    slowest, growth = damage.slowest * 1000, damage.growth / 1e6
    return f"\n| {test} | {damage.share:.2f} | {slowest:.0f} ms | {growth:.0f} MB |"


def measure_damage(served: Served, attack: Attack, seconds: float, bearer: str | None) -> Damage:
    host, port = served.origin.removeprefix("http://").rsplit(":", 1)
    with asking(Target(host, int(port), served.bearer), seconds) as receiver:
        quiet: Answers = receiver.recv()
        before = measure_memory(served)
        with attacking(attack, Target(host, int(port), bearer)):
            receiver.send("go")
            growth = 0
            while not receiver.poll(0.1):
                growth = max(growth, measure_memory(served) - before)
            attacked: Answers = receiver.recv()
    assert quiet.seconds, "the victim is served when nobody attacks"
    assert not quiet.failed
    return Damage(attacked.rate / quiet.rate, attacked.slowest, attacked.failed, growth)


def measure_memory(served: Served) -> int:
    """Resident bytes of the server's processes."""
    process = psutil.Process(served.process.pid)
    resident = 0
    for each in (process, *process.children(recursive=True)):
        try:
            if not each.name().startswith("postgres"):
                resident += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return resident


@contextmanager
def attacking(attack: Attack, target: Target) -> Iterator[None]:
    """The attack, from a second after it has begun until the block ends."""
    stop, begun = PROCESSES.Event(), PROCESSES.Event()
    process = PROCESSES.Process(target=run_attack, args=(attack, target, stop, begun), daemon=True)
    process.start()
    try:
        assert begun.wait(START)
        time.sleep(1)
        assert process.is_alive(), "the attack ended by itself"
        yield
    finally:
        stop.set()
        process.join(GIVEN_UP)
        if process.is_alive():
            process.kill()
            process.join()


def run_attack(attack: Attack, target: Target, stop: Event, begun: Event) -> None:
    begun.set()
    attack(target, stop)
    # An attack that the server has ended early leaves the victim alone until the measurement ends.
    stop.wait(GIVEN_UP * 6)


@contextmanager
def asking(target: Target, seconds: float) -> Iterator[Connection]:
    """A victim that sends what it measured without the attack, then with it, after a message."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=run_victim, args=(theirs, target, seconds), daemon=True)
    process.start()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()
        theirs.close()


def run_victim(results: Connection, target: Target, seconds: float) -> None:
    ask_until(target, 0.5)  # the first answers also prepare the operation
    results.send(ask_until(target, seconds))
    results.recv()
    results.send(ask_until(target, seconds))


def ask_until(target: Target, seconds: float) -> Answers:
    """Asks over one connection, anew where it broke, for a time."""
    answers = Answers([], 0, 0)
    begin = time.monotonic()
    connection = http.client.HTTPConnection(target.host, target.port, timeout=GIVEN_UP)
    while time.monotonic() < begin + seconds:
        asked = time.monotonic()
        try:
            ask_viewer(connection, target.bearer)
            answers.seconds.append(time.monotonic() - asked)
        except (OSError, http.client.HTTPException, AssertionError):
            answers.failed += 1
            connection.close()
            time.sleep(0.05)
    answers.elapsed = time.monotonic() - begin
    connection.close()
    return answers


def ask_viewer(connection: http.client.HTTPConnection, bearer: str | None) -> None:
    headers = {"Content-Type": "application/json", "Connection": "keep-alive"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    connection.request("POST", "/graphql", b'{"query":"{viewer{id}}"}', headers)
    answer = connection.getresponse()
    body = answer.read()
    assert answer.status == 200, body
    assert json.loads(body)["data"]["viewer"]["id"], body
