"""Clients and suites of others, in Node."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

CLIENT = Path(__file__).parent / "node"
PATIENCE = 180

Run = Callable[..., Any]


def leave_out(reason: str) -> NoReturn:
    """Where CI runs, what is missing is a failure."""
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def node() -> Run:
    """Runs a script of the folder and reads what it prints."""
    found = shutil.which("node")
    if found is None:
        leave_out("Node 20 or newer is not installed")
    install()

    def run(script: str, *arguments: str, cwd: Path = CLIENT, **environment: str) -> Any:
        done = subprocess.run(
            [found, CLIENT / script, *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=os.environ | environment,
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
        fetch(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], CLIENT)
        mark.write_text(wanted)


def fetch(command: list[str], folder: Path) -> None:
    """Install what a lock file names; without a registry the tests are left out."""
    ours = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, env=ours
    )
    if done.returncode:
        leave_out(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
