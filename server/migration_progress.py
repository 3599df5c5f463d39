import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager


@contextmanager
def show_migration_progress() -> Generator[Callable[[str], None]]:
    """Show a spinner on a terminal. Call the result with each revision that was applied."""
    if not sys.stderr.isatty():
        yield lambda revision: None
        return
    # Imported here only to save start-up time and memory of servers without a terminal.
    from rich.console import Console

    with Console(stderr=True).status("Migrating the database") as status:
        yield lambda revision: status.update(f"Migrating the database: {revision} applied")
