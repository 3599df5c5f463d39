"""Texts that are hostile to a pattern: repetitions of what it matches, and of what it nearly does.

They are made from the pattern itself, so that a new one is tested without further code.
"""

import pkgutil
import random
import re
from collections.abc import Iterator
from importlib import import_module
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import services.ai.redact as package
from services.ai.redact import rules, scanner, vendors

#: What RE2 knows and Python's `re` does not.
RE2_ONLY = {
    r"\pL": "a-z",
    r"\pN": "0-9",
    r"\p{Katakana}": "ア",
    r"\p{Hiragana}": "あ",
    r"\p{Han}": "漢",
    r"\z": r"\Z",
    "[[:alnum:]]": "[a-z0-9]",
    "(?i)": "",
    "(?s:": "(?:",
}
LONGEST_REPEAT = 30


def all_patterns() -> dict[str, str]:
    """Every pattern of redaction by name, as Python's `re` reads it."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(import_module(module.name)).items():
            for index, item in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(item, re.Pattern):
                    found[f"{module.name.rsplit('.')[-1]}.{name}.{index}"] = item.pattern
    sources = [*rules.COMMAND_SOURCES, *(source for source, _ in rules.NETWORK_RULES)]
    sources += [rule.pattern.pattern for rule in vendors.RULES]
    sources += [hint for hints in scanner.HINTS.values() for hint in hints]
    found |= {f"re2.{index}": to_python(source) for index, source in enumerate(sources)}
    return found


def to_python(source: str) -> str:
    source = source.replace(r"[^\pL\pN_]", r"\W").replace(r"[^\pL\pN]", r"\W")
    for theirs, ours in RE2_ONLY.items():
        source = source.replace(theirs, ours)
    return source


def hostile_units(pattern: str, seed: int = 1) -> Iterator[str]:
    """Pieces whose repetition is hostile: a match, a match without its end, and its beginning."""
    choose = random.Random(seed)
    flags = re.VERBOSE if "\n" in pattern else 0
    match = "".join(sample(parser.parse(pattern, flags), choose)) or "a"
    yield match + " "
    yield match[: max(1, len(match) * 2 // 3)]
    yield match[: max(1, len(match) // 3)] + " "


def sample(parsed: Any, choose: random.Random) -> Iterator[str]:
    """A text that the parsed pattern matches, without regard to assertions."""
    for operation, argument in parsed:
        match str(operation):
            case "LITERAL":
                yield chr(argument)
            case "NOT_LITERAL":
                yield "a" if argument != ord("a") else "b"
            case "ANY":
                yield "x"
            case "IN":
                yield sample_class(argument, choose)
            case "BRANCH":
                yield from sample(choose.choice(argument[1]), choose)
            case "SUBPATTERN":
                yield from sample(argument[3], choose)
            case "ATOMIC_GROUP":
                yield from sample(argument, choose)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                low, high, repeated = argument
                for _ in range(max(low, min(int(high), LONGEST_REPEAT))):
                    yield from sample(repeated, choose)


def sample_class(items: Any, choose: random.Random) -> str:
    if str(items[0][0]) == "NEGATE":
        excluded = re.compile(f"[{''.join(map(class_source, items[1:]))}]")
        return next(char for char in "aA0 -_.:;x=" if not excluded.match(char))
    operation, argument = choose.choice(items)
    match str(operation):
        case "LITERAL":
            return chr(argument)
        case "RANGE":
            return chr(choose.randint(*argument))
        case _:
            return {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_NOT_WORD": "."}.get(
                str(argument), "w"
            )


def class_source(item: Any) -> str:
    operation, argument = item
    match str(operation):
        case "LITERAL":
            return re.escape(chr(argument))
        case "RANGE":
            return f"{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}"
        case _:
            name = str(argument)
            letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name.rsplit("_", 1)[-1]]
            return "\\" + (letter.upper() if "NOT" in name else letter)
