"""A signal to stop that arrives before the server listens for it."""

import subprocess
import sys

import pytest

from tests.server_process import PATIENCE, PROJECT, environment

#: Python drops the exception of a signal that arrives in the callback of a weak reference.
SERVE = """
import multiprocessing, signal, weakref
from server.app import create_view
from server.exit_signals import install_signal_handlers
from server.runner import run_server
from server.settings import Settings

class Referred: pass

times_created = 0

def create_view_while_told_to_stop(settings):
    global times_created
    times_created += 1
    if times_created == 1 and multiprocessing.parent_process() is None:
        referred = Referred()
        reference = weakref.ref(referred, lambda _: signal.raise_signal(signal.SIGTERM))
        del referred
    return create_view(settings)

if __name__ == "__main__":
    install_signal_handlers()
    run_server(Settings(port=0, workers={workers}), create_view_while_told_to_stop)
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stop_whose_exception_python_dropped_is_obeyed(database_url, workers, tmp_path) -> None:
    script = tmp_path / "serve.py"
    script.write_text(SERVE.format(workers=workers))
    ended = subprocess.run(
        [sys.executable, str(script)],
        cwd=PROJECT,
        env=environment(DATABASE_URL=database_url) | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert "SystemExit" in ended.stderr, "the first signal was dropped"
    assert ended.returncode == 0, ended.stderr
