"""Report tables: the figures of servers and their ratios to ours."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.support.harness import Round, ServerRounds

#: The compared figure of one round; less is better.
Metric = Callable[[Round], float]


def cpu_each(round_: Round) -> float:
    return round_.cpu_seconds_each


def memory_held(round_: Round) -> float:
    return round_.memory_bytes


@dataclass(frozen=True, slots=True)
class Ratio:
    """A competitor's figure divided by ours, over all rounds."""

    median: float
    minimum: float
    maximum: float

    def __str__(self) -> str:
        low, high = format_ratio(self.minimum), format_ratio(self.maximum)
        return f"{format_ratio(self.median)}x ({low} to {high})"


@dataclass(frozen=True, slots=True)
class Target:
    """A performance target: the competitor's figure is at least `minimum_ratio` times ours."""

    competitor: str
    minimum_ratio: float
    metric: Metric = cpu_each
    metric_name: str = "CPU"

    def describe_result(self, ours: ServerRounds, servers: Sequence[ServerRounds]) -> str:
        theirs = next((each for each in servers if each.name == self.competitor), None)
        target = f"{self.metric_name} against {self.competitor}: target {self.minimum_ratio:g}x"
        if theirs is None:
            return f"- {target}; the server could not be started"
        ratio = ratio_to_product(ours, theirs, self.metric)
        outcome = "reached" if ratio.median >= self.minimum_ratio else "**missed**"
        return f"- {target}, measured {ratio}: {outcome}"


def ratio_to_product(ours: ServerRounds, theirs: ServerRounds, metric: Metric = cpu_each) -> Ratio:
    ratios = [metric(b) / metric(a) for a, b in zip(ours.rounds, theirs.rounds, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def comparison_table(
    ours: ServerRounds, servers: Sequence[ServerRounds], each: str = "request"
) -> str:
    head = f"| | CPU per {each} | ratio to ours | {each}s a second | p50 | p99 | memory |"
    rows = [comparison_row(rounds, ratio_to_product(ours, rounds)) for rounds in servers]
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def comparison_row(rounds: ServerRounds, to_ours: Ratio) -> str:
    latencies = [latency for each in rounds.rounds for latency in each.latencies]
    cuts = statistics.quantiles(latencies, n=100)
    median_cpu = statistics.median(map(cpu_each, rounds.rounds))
    rate = statistics.median(each.throughput for each in rounds.rounds)
    cells = (
        rounds.name,
        f"{median_cpu * 1e6:,.0f} µs",
        str(to_ours),
        f"{rate:,.0f}",
        f"{cuts[49] * 1000:.2f} ms",
        f"{cuts[98] * 1000:.2f} ms",
        f"{rounds.rounds[-1].memory_bytes / 1024**2:.0f} MB",
    )
    return f"| {' | '.join(cells)} |"


def format_ratio(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}" if number >= 1 else f"{number:.2f}"


def comparison_report(
    ours: str,
    servers: Sequence[ServerRounds],
    targets: Sequence[Target] = (),
    each: str = "request",
) -> str:
    """The table and the targets, in Markdown."""
    product = next(rounds for rounds in servers if rounds.name == ours)
    lines = "\n".join(target.describe_result(product, servers) for target in targets)
    return f"{comparison_table(product, servers, each)}\n\n{lines}".strip()
