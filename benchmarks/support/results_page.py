"""Puts what was found into RESULTS.md, between the words that people have written around it."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "RESULTS.md"


def write(place: str, found: str) -> None:
    """Replace what stands between `<!-- place -->` and `<!-- end -->`, and print it.

    A place that is not there yet is made at the end.
    """
    print(found, flush=True)
    begin, end = f"<!-- {place} -->", "<!-- end -->"
    text = RESULTS.read_text()
    if begin not in text:
        text = f"{text.rstrip()}\n\n{begin}\n{end}\n"
    between = re.compile(f"{re.escape(begin)}.*?{end}", re.DOTALL)
    RESULTS.write_text(between.sub(lambda _: f"{begin}\n{found}\n{end}", text, count=1))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """In Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
