"""The lines of the evaluation: secrets.jsonl, variants.jsonl with lines of the same kinds, and
held_out.jsonl, which was measured once before the detectors were widened for it.

Strings that a secret scanner would take for a token are stored in parts, and joined here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FILES = ("secrets", "variants", "held_out")


@dataclass(frozen=True, slots=True)
class Line:
    """One text with its secrets; an ordinary line has none. `keep` is what must remain of it."""

    id: str
    kind: str
    lang: str
    text: str
    secrets: tuple[str, ...]
    keep: tuple[str, ...]
    round: int | None


def join_parts(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "".join(value)


def read_lines(name: str) -> Iterator[Line]:
    """The lines of a file of this folder, one of FILES."""
    for row in (FOLDER / f"{name}.jsonl").read_text("utf-8").splitlines():
        yield line_from_json(json.loads(row))


def line_from_json(entry: dict[str, Any]) -> Line:
    return Line(
        id=entry["id"],
        kind=entry["kind"],
        lang=entry["lang"],
        text=join_parts(entry["text"]),
        secrets=tuple(map(join_parts, entry["secrets"])),
        keep=tuple(map(join_parts, entry.get("keep", ()))),
        round=entry.get("round"),
    )
