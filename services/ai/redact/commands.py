"""Command lines: short flags and arguments of programs that take a secret (data/commands.toml)."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from services.ai.redact.reading import Span, find_values
from services.ai.redact.values import MIXED, WORD, is_placeholder, strength
from services.ai.redact.words import DATA, PatternSet, RarePattern

RULES: list[dict[str, Any]] = tomllib.loads((DATA / "commands.toml").read_text("utf-8"))["command"]

#: `VALUE` in a rule stands for an argument, quoted or not.
VALUE = r"""(?P<value>"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"']\S{0,200})"""
#: Some arguments between a program and the flag.
ARGUMENTS = r"(?:\s+[^\n|]{0,200}?)?\s+"
SOURCES = [rule["pattern"].replace("VALUE", VALUE).replace("ARGS", ARGUMENTS) for rule in RULES]
PATTERNS = [RarePattern(source) for source in SOURCES]
PATTERN_SET = PatternSet(SOURCES)
PORT_OR_PATH = re.compile(
    r"\d{1,5}(?::\d{1,5})?|[./~][\w./-]*|\d+[smhd]|[A-Za-z]:\\.*|tcp|udp|,.*|-+"
)


def find_in_commands(line: str) -> Iterator[Span]:
    for index in PATTERN_SET.matching(line):
        rule = RULES[index]
        for whole, span in find_values(PATTERNS[index], line):
            if is_argument(line[span[0] : span[1]], rule):
                yield span if rule.get("unquote", True) else whole


def is_argument(value: str, rule: dict[str, Any]) -> bool:
    if is_placeholder(value) or PORT_OR_PATH.fullmatch(value) or value.startswith(("-", "$(")):
        return False
    if value.startswith("/") or value in ("*", "then", "it"):
        return False
    if rule.get("random"):
        return strength(value) >= MIXED
    return strength(value) >= WORD or len(value) >= rule.get("shortest", 4)
