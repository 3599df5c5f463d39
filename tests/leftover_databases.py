"""Databases that a killed test run has left behind: a running PostgreSQL, and its folder."""

import shutil
import time
from pathlib import Path

from server.embedded_postgres import file_locks
from server.embedded_postgres.cluster import Cluster

#: Seconds in which a run that has made its folder takes its lock.
STARTING = 60


def end_leftovers(folder: Path, pattern: str, *, min_age: float = STARTING) -> list[Path]:
    """Stop and delete each database below `folder` that no process uses any more."""
    found = [
        path
        for path in folder.glob(pattern)
        if time.time() - path.stat().st_mtime >= min_age and is_unused(path)
    ]
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return found


def is_unused(path: Path) -> bool:
    """Stops its server, if no process uses it."""
    with file_locks.open_lock(path / "users.lock") as users:
        if not file_locks.try_lock(users):
            return False
        if (path / "postgres").exists():
            with file_locks.open_lock(path / "server.lock") as server:
                Cluster.prepare(path).stop(server)
        return True
