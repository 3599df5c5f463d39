"""Counts how often this process has refused or closed a connection for a limit; for metrics."""

from collections import Counter

#: By the name of the limit.
LIMIT_COUNTS: Counter[str] = Counter()


def count_limit(name: str) -> None:
    """Count a refusal for the limit of this name."""
    LIMIT_COUNTS[name] += 1
