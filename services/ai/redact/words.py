"""The words around secrets, of data/words.toml, as RE2 expressions.

RE2 matches in linear time whatever the text is; Python's `re` may take exponential time.
"""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import re2

DATA = Path(__file__).with_name("data")
WORDS: dict[str, dict[str, Any]] = tomllib.loads((DATA / "words.toml").read_text("utf-8"))

NAMES: dict[str, str] = tomllib.loads((DATA / "names.toml").read_text("utf-8"))

LANGUAGES = tuple(WORDS["password"])
NOT_SECRET = frozenset(word for text in WORDS["not_secret"].values() for word in text.split())
COPULAS = frozenset(word for words in WORDS["copula"].values() for word in words)
ROLES = frozenset(word for words in WORDS["role"].values() for word in words)
LINKS = frozenset(word for words in WORDS["link"].values() for word in words) | COPULAS


def word_list(key: str) -> frozenset[str]:
    """A list of data/names.toml."""
    return frozenset(NAMES[key].split())


def compile_pattern(pattern: str) -> Any:
    """Compile for RE2, without regard to case. Raises re2.error for what RE2 cannot do."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)


def alternatives(group: str) -> str:
    """The words of a group in all languages as one RE2 alternation, the longest first."""
    words = {word for words in WORDS[group].values() for word in words}
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def label_pattern(group: str) -> Any:
    """Matches a label as whole words. Japanese has no spaces between words."""
    others = {word for lang, words in WORDS[group].items() if lang != "ja" for word in words}
    joined = "|".join(sorted(others, key=lambda word: (-len(word), word)))
    japanese = "|".join(sorted(WORDS[group]["ja"], key=len, reverse=True))
    whole = rf"(?:^|[^\pL\pN_]|\p{{Katakana}}|\p{{Hiragana}}|\p{{Han}})(?P<label>{joined})(?:$|[^\pL\pN_]|\p{{Katakana}}|\p{{Hiragana}}|\p{{Han}})"
    return compile_pattern(rf"(?:{whole}|(?P<japanese>{japanese}))")


def label_spans(pattern: Any, text: str) -> list[tuple[int, int]]:
    """Start and end of each label, in order; two labels may share the character between them."""
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text) and (match := pattern.search(text, at)):
        span = named_span(match, "label")
        if span[0] < 0:
            span = named_span(match, "japanese")
        spans.append(span)
        at = max(span[1], at + 1)
    return spans


def named_span(match: Any, name: str) -> tuple[int, int]:
    """The span of a named group of an RE2 match, (-1, -1) if it took no part."""
    span: tuple[int, int] = match.span(group_index(match.re, name))
    return span


@cache
def group_index(pattern: Any, name: str) -> int:
    return int(pattern.groupindex[name])


class PatternSet:
    """Many patterns as one RE2 automaton, which says in one pass which of them match."""

    def __init__(self, patterns: Iterable[str]) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = 256 << 20
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(pattern)
        self._set.Compile()

    def matching(self, text: str) -> list[int]:
        """The indices of the patterns that match somewhere in the text."""
        return self._set.Match(text) or []
