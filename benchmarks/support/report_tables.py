"""The figures of a contest, as a table of ratios to ours."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.support.harness import Round, Rounds

#: What is compared, of one round; less is better.
Figure = Callable[[Round], float]


def cpu(taken: Round) -> float:
    return taken.cpu_each


def memory(taken: Round) -> float:
    return taken.memory


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as much another takes as we do: in the middle of all rounds, and at both
    ends."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{short(self.middle)}x ({short(self.least)} to {short(self.most)})"


@dataclass(frozen=True, slots=True)
class Mark:
    """What is promised: `other` takes at least so many times what we do."""

    other: str
    at_least: float
    figure: Figure = cpu
    of: str = "CPU"

    def line(self, ours: Rounds, everybody: Sequence[Rounds]) -> str:
        theirs = next((each for each in everybody if each.name == self.other), None)
        aim = f"{self.of} against {self.other}: aim {self.at_least:g}x"
        if theirs is None:
            return f"- {aim}; it could not be started here"
        found = ratio(ours, theirs, self.figure)
        word = "reached" if found.middle >= self.at_least else "**missed**"
        return f"- {aim}, found {found}: {word}"


def ratio(ours: Rounds, theirs: Rounds, figure: Figure = cpu) -> Ratio:
    found = [figure(b) / figure(a) for a, b in zip(ours.all, theirs.all, strict=True)]
    return Ratio(statistics.median(found), min(found), max(found))


def table(ours: Rounds, everybody: Sequence[Rounds], each: str = "request") -> str:
    head = f"| | CPU a {each} | times ours | {each}s a second | p50 | p99 | memory |"
    rows = [row(rounds, ratio(ours, rounds)) for rounds in everybody]
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def row(rounds: Rounds, to_ours: Ratio) -> str:
    latencies = [latency for each in rounds.all for latency in each.latencies]
    cuts = statistics.quantiles(latencies, n=100)
    cpu_each = statistics.median(map(cpu, rounds.all))
    rate = statistics.median(each.rate for each in rounds.all)
    cells = (
        rounds.name,
        f"{cpu_each * 1e6:,.0f} µs",
        str(to_ours),
        f"{rate:,.0f}",
        f"{cuts[49] * 1000:.2f} ms",
        f"{cuts[98] * 1000:.2f} ms",
        f"{rounds.all[-1].memory / 1024**2:.0f} MB",
    )
    return f"| {' | '.join(cells)} |"


def short(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}" if number >= 1 else f"{number:.2f}"


def standings(
    ours: str, everybody: Sequence[Rounds], marks: Sequence[Mark] = (), each: str = "request"
) -> str:
    """Table and marks, in Markdown."""
    us = next(rounds for rounds in everybody if rounds.name == ours)
    lines = "\n".join(mark.line(us, everybody) for mark in marks)
    return f"{table(us, everybody, each)}\n\n{lines}".strip()
