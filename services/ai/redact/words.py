"""The words around secrets, of data/words.toml, as RE2 expressions.

RE2 matches in linear time whatever the text is; Python's `re` may take exponential time.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import re2

DATA = Path(__file__).with_name("data")
WORDS: dict[str, dict[str, Any]] = tomllib.loads((DATA / "words.toml").read_text("utf-8"))

NAMES: dict[str, str] = tomllib.loads((DATA / "names.toml").read_text("utf-8"))

#: Languages without spaces between words.
UNSPACED = ("ja", "zh", "th")
NOT_SECRET = frozenset(word for text in WORDS["not_secret"].values() for word in text.split())
COPULAS = frozenset(word for words in WORDS["copula"].values() for word in words)
ROLES = frozenset(word for words in WORDS["role"].values() for word in words)
LINKS = frozenset(word for words in WORDS["link"].values() for word in words) | COPULAS


def word_list(key: str) -> frozenset[str]:
    """A list of data/names.toml."""
    return frozenset(NAMES[key].split())


class RarePattern:
    """A pattern that is compiled when it is first searched for, in about a millisecond.

    There are hundreds, and most processes need few of them: to compile all took half a second of
    each start.
    """

    def __init__(self, pattern: str, *, case_sensitive: bool = False) -> None:
        self.pattern = pattern
        self._case_sensitive = case_sensitive

    @cached_property
    def _compiled(self) -> Any:
        return compile_pattern(self.pattern, case_sensitive=self._case_sensitive)

    @property
    def groups(self) -> int:
        """The number of its groups."""
        return int(self._compiled.groups)

    def search(self, text: str, start: int = 0) -> Any:
        """The first match from a place on, or None."""
        return self._compiled.search(text, start)


def compile_pattern(pattern: str, *, case_sensitive: bool = False) -> Any:
    """Compile for RE2. Raises re2.error for what RE2 cannot do."""
    options = re2.Options()
    options.case_sensitive = case_sensitive
    options.log_errors = False
    return re2.compile(pattern if case_sensitive else narrow_letters(pattern), options)


def alternatives(group: str) -> str:
    """The words of a group in all languages as one RE2 alternation, the longest first."""
    return join_longest_first({word for words in WORDS[group].values() for word in words})


#: The groups of a label's pattern, of which one takes part in a match.
LABEL_GROUPS = ("label", "mixed", "unspaced")


def label_pattern(group: str) -> Any:
    """Matches a label as whole words. Japanese and Chinese have no spaces between words, but a
    Latin word in them (PIN) is no part of another (stopping)."""
    whole = {word for lang, words in WORDS[group].items() if lang not in UNSPACED for word in words}
    unspaced = {word for lang in UNSPACED for word in WORDS[group].get(lang, ())}
    whole |= {word for word in unspaced if word[0].isascii() and word[-1].isascii()}
    mixed = {word for word in unspaced if word[0].isascii()} - whole
    edge = r"[^\pL\pN_]|\p{Katakana}|\p{Hiragana}|\p{Han}"
    parts = [rf"(?:^|{edge})(?P<label>{join_longest_first(whole)})(?:$|{edge})"]
    if mixed:
        parts.append(rf"(?:^|{edge})(?P<mixed>{join_longest_first(mixed)})")
    parts.append(rf"(?P<unspaced>{join_longest_first(unspaced - whole - mixed)})")
    return compile_pattern(widen_repetitions(f"(?:{'|'.join(parts)})"))


def join_longest_first(words: Iterable[str]) -> str:
    """The words as one alternation: RE2 takes the first that matches."""
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))


def label_spans(pattern: Any, text: str) -> list[tuple[int, int]]:
    """Start and end of each label, in order; two labels may share the character between them."""
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(text) and (match := pattern.search(text, at)):
        names = match.re.groupindex
        span = max(named_span(match, name) for name in LABEL_GROUPS if name in names)
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


#: A bounded repetition. RE2 copies what is repeated as often as the bound says.
BOUNDED = re.compile(r"\{(\d+),\d{2,}\}")


def widen_repetitions(pattern: str) -> str:
    """A pattern that matches more and is a fraction of the size: without upper bounds from ten."""
    return BOUNDED.sub(lambda match: "*" if match[1] == "0" else "+", pattern)


#: The letters of living scripts as few ranges. RE2 reads bytes: all letters of Unicode take hundreds
#: of instructions each time they are named, and most of the time to compile a label.
LETTERS = r"a-z\x{B5}\x{C0}-\x{1FFF}\x{3005}\x{3041}-\x{D7FF}\x{F900}-\x{FDFF}\x{FF66}-\x{FF9F}"
LETTER_IN_CLASS = re.compile(r"\[([^\]^][^\]]*|)\\pL([^\]]*)\]")


def narrow_letters(pattern: str) -> str:
    """The pattern with `LETTERS` for any letter, but in classes of what is no letter."""
    pattern = LETTER_IN_CLASS.sub(lambda match: f"[{match[1]}{LETTERS}{match[2]}]", pattern)
    return re.sub(r"(?<!\[)(?<!\[\^)\\pL", lambda _: f"[{LETTERS}]", pattern)


#: What may surround a word without a change to whether it is somewhere in a text.
ANY_LETTERS = re.compile(r"^\[\\pL-\]\*|\\pL(?:\*|\?|\{0,\d+\})$")


def hints_of(group: str) -> tuple[str, ...]:
    """The words of a group without the letters that may surround them: they tell whether a text
    has one of them."""
    words = (word for entries in WORDS[group].values() for word in entries)
    return tuple(sorted({ANY_LETTERS.sub("", word) for word in words}))


class PatternSet:
    """Many patterns as one RE2 automaton, which says in one pass which of them may match."""

    def __init__(self, patterns: Iterable[str]) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.log_errors = False
        options.max_mem = 256 << 20
        self._set = re2.Set.SearchSet(options)
        for pattern in patterns:
            self._set.Add(narrow_letters(widen_repetitions(pattern)))
        self._set.Compile()

    def matching(self, text: str) -> list[int]:
        """The indices of the patterns that may match somewhere in the text, and of all that do."""
        return self._set.Match(text) or []
