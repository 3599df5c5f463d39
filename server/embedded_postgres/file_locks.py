"""File locks: held by an open file, so they end with the last process that holds it open."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from server.embedded_postgres.errors import EmbeddedPostgresUnavailable

Lock = FileIO

LOCK_TIMEOUT = 120


def open_lock(path: Path) -> Lock:
    """Open a lock file that no other user can read, because a reader could lock it."""
    return FileIO(
        path, "a+", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)
    )


def try_lock(lock: Lock) -> bool:
    """Lock exclusively if no other process holds the lock. False otherwise."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def exclusive_lock(lock: Lock) -> Iterator[None]:
    """Hold the lock as long as the block. Raises EmbeddedPostgresUnavailable after a timeout."""
    if not retry_until_deadline(lambda: try_lock(lock)):
        raise EmbeddedPostgresUnavailable(
            f"Another process has held {lock.name} for {LOCK_TIMEOUT} seconds: it starts or stops"
            " the embedded database, or hangs. Wait for it or end it, then try again."
        )
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def retry_until_deadline(attempt: Callable[[], bool]) -> bool:
    """Try until it succeeds. False after the timeout."""
    deadline = time.monotonic() + LOCK_TIMEOUT
    while not attempt():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
