"""Tables in the terminal."""

from collections.abc import Iterable, Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

#: For output that is not a terminal: a program that reads it expects one line per row.
UNLIMITED_WIDTH = 10_000


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Fit the table to a terminal; elsewhere never break a line. Cells are not markup."""
    table = Table(*headings, box=None, pad_edge=False, show_header=any(headings))
    for row in rows:
        table.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = UNLIMITED_WIDTH
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        typer.echo(line.rstrip())
