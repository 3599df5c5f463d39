"""Rules of data files: arguments of programs that take a secret (data/commands.toml), and lines of
configurations of network devices (data/network.toml). Both are RE2 expressions with VALUE."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from services.ai.redact.reading import Span, find_values
from services.ai.redact.values import MIXED, WORD, is_placeholder, strength
from services.ai.redact.words import DATA, NOT_SECRET, PatternSet, RarePattern, word_list

COMMANDS: list[dict[str, Any]] = tomllib.loads((DATA / "commands.toml").read_text("utf-8"))[
    "command"
]
#: `VALUE` in a rule of a command stands for an argument, quoted or not.
ARGUMENT = r"""(?P<value>"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"']\S{0,200})"""
#: Some arguments between a program and the flag.
ARGUMENTS = r"(?:\s+[^\n|]{0,200}?)?\s+"
COMMAND_SOURCES = [
    rule["pattern"].replace("VALUE", ARGUMENT).replace("ARGS", ARGUMENTS) for rule in COMMANDS
]
COMMAND_PATTERNS = [RarePattern(source) for source in COMMAND_SOURCES]
COMMAND_SET = PatternSet(COMMAND_SOURCES)
PORT_OR_PATH = re.compile(
    r"\d{1,5}(?::\d{1,5})?|[./~][\w./-]*|\d+[smhd]|[A-Za-z]:\\.*|tcp|udp|,.*|-+"
)

WORD_VALUE = r"""(?P<value>"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s"';]{3,200})"""
NETWORK_FILE = tomllib.loads((DATA / "network.toml").read_text("utf-8"))
#: Each pattern, and whether its value must not be a plain word.
NETWORK_RULES = [
    (rule.replace("VALUE", WORD_VALUE), is_ambiguous)
    for key, is_ambiguous in (("patterns", False), ("ambiguous", True))
    for rule in NETWORK_FILE[key]
]
NETWORK_PATTERNS = [RarePattern(source) for source, _ in NETWORK_RULES]
NETWORK_SET = PatternSet(source for source, _ in NETWORK_RULES)
NOT_VALUES = word_list("keywords")


def find_in_commands(line: str) -> Iterator[Span]:
    for index in COMMAND_SET.matching(line):
        rule = COMMANDS[index]
        for whole, value in find_values(COMMAND_PATTERNS[index], line):
            span = value if rule.get("unquote", True) else whole
            if is_argument(line[span[0] : span[1]], rule):
                yield span


def is_argument(value: str, rule: dict[str, Any]) -> bool:
    if is_placeholder(value) or PORT_OR_PATH.fullmatch(value) or value.startswith(("-", "$(")):
        return False
    if value.startswith("/") or value in ("*", "then", "it"):
        return False
    if rule.get("words") and value.strip().casefold() in NOT_SECRET:
        return False
    if rule.get("random"):
        return strength(value) >= MIXED
    return strength(value) >= WORD or len(value) >= rule.get("shortest", 4)


def find_in_network_configuration(line: str) -> Iterator[Span]:
    for index in NETWORK_SET.matching(line):
        is_ambiguous = NETWORK_RULES[index][1]
        for _, span in find_values(NETWORK_PATTERNS[index], line):
            value = line[span[0] : span[1]]
            if strength(value) < MIXED and (is_ambiguous or is_sentence(line, span[1])):
                continue
            if not is_placeholder(value) and value.casefold() not in NOT_SECRET | NOT_VALUES:
                yield span


def is_sentence(line: str, end: int) -> bool:
    """Whether words go on behind the value as they do in a sentence, and in no configuration."""
    words = line[end : end + 80].split()
    return sum(word.isalpha() and word.casefold() in NOT_SECRET for word in words[:6]) >= 1
