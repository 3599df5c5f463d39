"""Unrounded figures of our server for `benchmarks/compare.py`.

With the environment variable `BENCHMARK_FIGURES`, a benchmark measures our server alone, writes its
figures to that file as JSON and leaves RESULTS.md unchanged.
"""

import json
import os
import statistics
from pathlib import Path

from benchmarks.support.harness import ServerRounds

FIGURES_FILE = os.environ.get("BENCHMARK_FIGURES")

recorded_figures: dict[str, float] = {}


def is_comparison_run() -> bool:
    return FIGURES_FILE is not None


def record_figure(row: str, value: float) -> None:
    """Less is better. The name of a row ends in its unit."""
    recorded_figures[row] = value
    if FIGURES_FILE is not None:
        Path(FIGURES_FILE).write_text(json.dumps(recorded_figures))


def record_cpu_figure(row: str, server: ServerRounds) -> None:
    median = statistics.median(each.cpu_seconds_each for each in server.rounds)
    record_figure(f"{row}: CPU, µs", median * 1e6)
