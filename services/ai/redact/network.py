"""Configurations of routers, switches, firewalls and access points (data/network.toml)."""

import tomllib
from collections.abc import Iterator

from services.ai.redact.reading import Span, find_values
from services.ai.redact.values import MIXED, is_placeholder, strength
from services.ai.redact.words import (
    DATA,
    NOT_SECRET,
    PatternSet,
    RarePattern,
    word_list,
)

VALUE = r"""(?P<value>"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"';]{3,200})"""
DATA_FILE = tomllib.loads((DATA / "network.toml").read_text("utf-8"))
#: Each pattern, and whether its value must not be a plain word.
PATTERNS = [
    (rule.replace("VALUE", VALUE), is_ambiguous)
    for key, is_ambiguous in (("patterns", False), ("ambiguous", True))
    for rule in DATA_FILE[key]
]
COMPILED = [RarePattern(source) for source, _ in PATTERNS]
PATTERN_SET = PatternSet(source for source, _ in PATTERNS)


def find_in_network_configuration(line: str) -> Iterator[Span]:
    for index in PATTERN_SET.matching(line):
        is_ambiguous = PATTERNS[index][1]
        for _, span in find_values(COMPILED[index], line):
            value = line[span[0] : span[1]]
            if strength(value) < MIXED and (is_ambiguous or is_sentence(line, span[1])):
                continue
            if not is_placeholder(value) and value.casefold() not in NOT_SECRET | NOT_VALUES:
                yield span


def is_sentence(line: str, end: int) -> bool:
    """Whether words go on behind the value as they do in a sentence, and in no configuration."""
    words = line[end : end + 80].split()
    return sum(word.isalpha() and word.casefold() in NOT_SECRET for word in words[:6]) >= 1


NOT_VALUES = word_list("keywords")
