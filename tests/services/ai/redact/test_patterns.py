"""Patterns that are compiled for a set, and those that are compiled when they are needed."""

import pytest
import re2

from services.ai.redact import rules, scanner, vendors
from services.ai.redact.words import PatternSet, RarePattern, widen_repetitions


def test_every_rare_pattern_compiles() -> None:
    # A mistake in one would otherwise be an error of the first text that needs it.
    for pattern in (
        *rules.COMMAND_PATTERNS,
        *rules.NETWORK_PATTERNS,
        *(rule.pattern for rule in vendors.RULES),
    ):
        assert pattern.groups >= 0, pattern.pattern


def test_a_rare_pattern_regards_case_if_it_is_told_to() -> None:
    assert RarePattern("abc").search("ABC")
    assert not RarePattern("abc", case_sensitive=True).search("ABC")
    with pytest.raises(re2.error):
        RarePattern("(?=a)").search("a")


@pytest.mark.parametrize(
    ("bounded", "widened"),
    [("a{0,200}b", "a*b"), ("a{3,40}?", "a+?"), ("a{2,7}", "a{2,7}"), ("a{5}", "a{5}")],
)
def test_large_bounds_are_left_out_of_a_set(bounded: str, widened: str) -> None:
    assert widen_repetitions(bounded) == widened


def test_a_set_names_every_pattern_that_matches() -> None:
    sources = [source for hints in scanner.HINTS.values() for source in hints]
    texts = ["psk secret Hunter2!", "-u root -p Marble!2291", "password: abc", "x" * 300]
    for text in texts:
        exact = {n for n, source in enumerate(sources) if RarePattern(source).search(text)}
        assert exact <= set(PatternSet(sources).matching(text))
