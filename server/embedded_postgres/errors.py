from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EmbeddedPostgresUnavailable(Exception):
    """The embedded database cannot run. The message says why, and what to do."""


@contextmanager
def explain_os_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the operating system into EmbeddedPostgresUnavailable: they are caused by the
    data directory, not by a bug."""
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresUnavailable(
            f"The embedded database cannot use {folder}: {error}."
            " Free disk space or grant access, or choose another data directory."
        ) from error
