from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console


@contextmanager
def show_migration_progress() -> Generator[Callable[[str], None]]:
    """Show a spinner on a terminal. Call the result with each revision that was applied."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda revision: None
        return
    with console.status("Migrating the database") as status:
        yield lambda revision: status.update(f"Migrating the database: {revision} applied")
