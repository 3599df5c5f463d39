"""Compares the figures of our server with those of another checkout, row by row.

    PYTHONPATH=. .venv/bin/python benchmarks/compare.py --against DIR [--rounds 5] [BENCHMARK ...]

Each round runs a benchmark once in both checkouts, one after the other, and the order alternates.
The ratio of a row is the figure of this checkout divided by that of the other in the same round:
below 1 means less CPU, memory or time. Both checkouts measure our server alone and record their
figures (`benchmarks/support/figures.py`). RESULTS.md stays unchanged.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.support.harness import PROJECT
from benchmarks.support.results_page import markdown_table

BENCHMARKS = (
    "compiled_execution",
    "query_limits",
    "in_memory_queries",
    "session_list",
    "streaming",
    "fan_out",
    "startup",
    "memory",
    "dashboard",
    "first_token",
    "stream_load",
)
HEAD = ("row", "other, median", "this, median", "ratio, median", "minimum", "maximum", "")
#: A row above this median ratio is marked.
LIMIT = 1.05


@dataclass
class PairedRow:
    """The figures of one row in both checkouts, round by round."""

    other: list[float] = field(default_factory=list)
    this: list[float] = field(default_factory=list)

    def cells(self) -> list[str]:
        ratios = [new / old for new, old in zip(self.this, self.other, strict=True)]
        median = statistics.median(ratios)
        return [
            f"{statistics.median(self.other):,.3g}",
            f"{statistics.median(self.this):,.3g}",
            *(f"{ratio:.3f}" for ratio in (median, min(ratios), max(ratios))),
            "**more**" if median > LIMIT else "",
        ]


def run_benchmark(checkout: Path, name: str) -> dict[str, float]:
    """The figures of one benchmark by row."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = Path(folder) / "figures.json"
        variables = {"PYTHONPATH": str(checkout), "BENCHMARK_FIGURES": str(file)}
        subprocess.run(
            [sys.executable, f"benchmarks/{name}.py"],
            cwd=checkout,
            env=os.environ | variables,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        figures: dict[str, float] = json.loads(file.read_text())
        return figures


def compare_benchmark(name: str, other: Path, rounds: int) -> dict[str, PairedRow]:
    rows: dict[str, PairedRow] = {}
    for number in range(rounds):
        order = [other, PROJECT] if number % 2 == 0 else [PROJECT, other]
        figures = {checkout: run_benchmark(checkout, name) for checkout in order}
        print(f"{name}: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        for row in figures[PROJECT].keys() & figures[other].keys():
            paired = rows.setdefault(row, PairedRow())
            paired.other.append(figures[other][row])
            paired.this.append(figures[PROJECT][row])
        for row in figures[PROJECT].keys() ^ figures[other].keys():
            print(f"{name}: only one checkout has the row {row!r}", file=sys.stderr)
        rows = {row: rows[row] for row in figures[PROJECT] if row in rows}
    return rows


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("benchmarks", nargs="*", default=BENCHMARKS, metavar="BENCHMARK")
    parser.add_argument("--against", type=Path, help="the other checkout")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.against is None:
        # `make bench` runs each script without arguments.
        parser.print_usage()
        parser.exit(0)
    return options


def main() -> None:
    options = parse_arguments()
    for name in options.benchmarks:
        rows = compare_benchmark(name, options.against.resolve(), options.rounds)
        lines = [[row, *paired.cells()] for row, paired in rows.items()]
        print(f"\n**{name}**\n\n{markdown_table(HEAD, lines)}", flush=True)


if __name__ == "__main__":
    main()
