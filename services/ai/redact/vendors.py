"""Tokens of vendors: the rules of gitleaks (data/gitleaks.toml), and our own (token_patterns.toml).

The rules of gitleaks are kept as they are published. RE2 is the engine they are written for.
"""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from services.ai.redact.reading import Span
from services.ai.redact.values import entropy
from services.ai.redact.words import DATA, RarePattern, word_list

OWN_PATTERNS = DATA / "token_patterns.toml"
#: The version of data/gitleaks.toml.
GITLEAKS_VERSION = "v8.30.0-27-gb58d3f10"

#: Rules that find more than secrets, or that a detector of our own replaces.
EXCLUDED = word_list("excluded_rules")
#: The end of a token there: a quote, a space, the end of a line. In prose a comma may follow.
TERMINATOR = r"""(?:[\x60'"\s;]|\\[nr]|$)"""
PROSE_TERMINATOR = r"""(?:[^\w+/=-]|$)"""


@dataclass(frozen=True, slots=True)
class VendorRule:
    """One rule. `keywords` are in lower case; a text without any of them does not match."""

    id: str
    pattern: RarePattern
    keywords: tuple[str, ...]
    entropy: float
    #: The group that is the secret; None: the first one, if there is one.
    group: int | None

    def span_of(self, match: Any) -> Span:
        group = self.group if self.group is not None else min(self.pattern.groups, 1)
        start, end = match.span(group)
        return (start, end) if 0 <= start < end else match.span()


def load_gitleaks() -> Iterator[VendorRule]:
    for rule in tomllib.loads((DATA / "gitleaks.toml").read_text("utf-8"))["rules"]:
        if rule["id"] in EXCLUDED or "regex" not in rule:
            continue
        pattern = rule["regex"].replace(TERMINATOR, PROSE_TERMINATOR)
        keywords = tuple(word.lower() for word in rule.get("keywords", ()))
        yield VendorRule(
            rule["id"],
            RarePattern(pattern, case_sensitive=True),
            keywords,
            rule.get("entropy", 0.0),
            rule.get("secretGroup"),
        )


def load_own() -> Iterator[VendorRule]:
    for token in tomllib.loads(OWN_PATTERNS.read_text("utf-8"))["token"]:
        pattern = rf"(?:^|[^A-Za-z0-9])((?:{token['pattern']})[\w-]*)"
        compiled = RarePattern(pattern, case_sensitive=True)
        yield VendorRule(token["vendor"], compiled, tuple(token.get("hints", ())), 0.0, 1)


RULES = (*load_gitleaks(), *load_own())


def rules_by_keyword() -> dict[str, list[VendorRule]]:
    rules: dict[str, list[VendorRule]] = {}
    for rule in RULES:
        for word in rule.keywords:
            rules.setdefault(word, []).append(rule)
    return rules


def find_vendor_tokens(line: str, rules: Iterable[VendorRule]) -> Iterator[Span]:
    for rule in rules:
        at = 0
        while at < len(line) and (match := rule.pattern.search(line, at)):
            start, end = rule.span_of(match)
            if not rule.entropy or entropy(line[start:end]) >= rule.entropy:
                yield start, end
            at = max(end, at + 1)
