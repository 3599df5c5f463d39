"""File locks: held by an open file, so they end with the last process that has it open."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from server.embedded_postgres.errors import EmbeddedUnavailable

Lock = FileIO

PATIENCE = 120


def opened(path: Path) -> Lock:
    """Closed to other accounts: who can read a lock file can also hold it."""
    return FileIO(
        path, "a+", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)
    )


def taken(lock: Lock) -> bool:
    """Whether the lock is ours alone now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def turn(path: Path) -> Iterator[None]:
    with opened(path) as lock:
        if not patiently(lambda: taken(lock)):
            raise EmbeddedUnavailable(
                f"Another process has held {path} for {PATIENCE} seconds: it starts or stops"
                " the embedded database, or hangs. Wait for it or end it, then try again."
            )
        yield


def patiently(attempt: Callable[[], bool]) -> bool:
    """Try until it succeeds, or for too long."""
    deadline = time.monotonic() + PATIENCE
    while not attempt():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
