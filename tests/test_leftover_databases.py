"""A test run that is killed leaves its database behind; the next run ends it."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from server.embedded_postgres import embedded_server
from tests.leftover_databases import end_leftovers
from tests.server_process import PROJECT

USE = """
import sys, time
from pathlib import Path
from server.embedded_postgres import embedded_server
with embedded_server.run_embedded_server(Path(sys.argv[1]), durable=False):
    print("running", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def parent():
    """Not below pytest's own folder, which is closed to the account that runs Postgres."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def postmasters(folder: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(folder) in " ".join(process.info["cmdline"] or [])
        and "postgres" in (process.info["cmdline"] or [""])[0]
    ]


def test_the_database_of_a_killed_run_is_stopped_and_deleted(parent):
    folder = parent / "run-1"
    killed = subprocess.Popen(
        [sys.executable, "-c", USE, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE
    )
    assert killed.stdout.readline() == b"running\n"
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    assert postmasters(folder)
    assert end_leftovers(parent, "run-*", min_age=0) == [folder]
    assert not folder.exists()
    assert not postmasters(folder)


def test_the_database_of_a_run_that_goes_on_stays(parent):
    with embedded_server.run_embedded_server(parent / "run-1", durable=False) as server:
        assert end_leftovers(parent, "run-*", min_age=0) == []
        assert server.socket.exists()
