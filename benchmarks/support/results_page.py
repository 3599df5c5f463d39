"""Writes generated tables into RESULTS.md, between the hand-written text."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.support.figures import is_comparison_run

RESULTS_PAGE = Path(__file__).parents[1] / "RESULTS.md"


def write_section(marker: str, content: str) -> None:
    """Replace the text between `<!-- marker -->` and `<!-- end -->`, and print it.

    Adds a missing marker at the end of the page.
    """
    print(content, flush=True)
    if is_comparison_run():
        return
    begin, end = f"<!-- {marker} -->", "<!-- end -->"
    text = RESULTS_PAGE.read_text()
    if begin not in text:
        text = f"{text.rstrip()}\n\n{begin}\n{end}\n"
    between = re.compile(f"{re.escape(begin)}.*?{end}", re.DOTALL)
    RESULTS_PAGE.write_text(between.sub(lambda _: f"{begin}\n{content}\n{end}", text, count=1))


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
