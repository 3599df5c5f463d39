"""Clients and suites of others, in Node."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CLIENT = Path(__file__).parent / "node"
PATIENCE = 180

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def node() -> Run:
    """Runs a script of the folder and reads what it prints; where CI runs, missing Node is a
    failure."""
    found = shutil.which("node")
    if found is None and "CI" not in os.environ:
        pytest.skip("Node is not installed")
    assert found, "Node 20 or newer is needed"
    install()

    def run(script: str, *arguments: str) -> Any:
        done = subprocess.run(
            [found, script, *arguments],
            cwd=CLIENT,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def install() -> None:
    """Several workers may want to at once."""
    wanted = hashlib.sha256((CLIENT / "package-lock.json").read_bytes()).hexdigest()
    mark = CLIENT / "node_modules" / ".installed"
    with (CLIENT / "package-lock.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == wanted:
            return
        subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund"],
            cwd=CLIENT,
            check=True,
            timeout=PATIENCE,
            stdout=subprocess.DEVNULL,
        )
        mark.write_text(wanted)
