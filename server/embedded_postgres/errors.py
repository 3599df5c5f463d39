from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EmbeddedPostgresUnavailable(Exception):
    """The embedded database cannot be had; the message says what failed and what to do."""


@contextmanager
def explain_os_errors(folder: Path) -> Iterator[None]:
    """What the operating system refuses is a fact about the folder, not a bug."""
    try:
        yield
    except OSError as refusal:
        raise EmbeddedPostgresUnavailable(
            f"The embedded database cannot use {folder}: {refusal}."
            " Make room or give access there, or choose another data directory."
        ) from refusal
