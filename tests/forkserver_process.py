"""A command of ours in a process that has already imported what it needs.

Imports are most of what the start of a server costs, and tests start a hundred. Such a process is
a process like any other: it is killed, frozen and told to leave, and has an environment, outputs
and a status of its own. The console script itself is run by tests that give it arguments.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.connection import wait as wait_for
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any, TextIO

PRELOADED = ["server.cli.main", "server.runner", "resolvers.schema", "uvicorn.lifespan.on"]

forking = get_context("forkserver")
forking.set_forkserver_preload(PRELOADED)


class Preloaded:
    """As much of `subprocess.Popen` as the tests use."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], cwd: Path | None = None
    ) -> None:
        self.stdout, out = piped()
        self.stderr, err = piped()
        self._process = forking.Process(
            target=command,
            args=(list(arguments), dict(environment), cwd, DupFd(out), DupFd(err)),
            daemon=True,
        )
        self._process.start()
        os.close(out)
        os.close(err)
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        if not wait_for([self._process.sentinel], timeout):
            raise subprocess.TimeoutExpired("sessions", timeout or 0)
        self._process.join()
        code = self._process.exitcode
        assert code is not None
        return code

    def send_signal(self, how: int) -> None:
        if self.poll() is None:
            assert self.pid is not None
            os.kill(self.pid, how)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def piped() -> tuple[TextIO, int]:
    reading, writing = os.pipe()
    return open(reading, encoding="utf-8"), writing


def command(
    arguments: list[str], environment: dict[str, str], cwd: Path | None, out: Any, err: Any
) -> None:
    """What the new process does: take on its surroundings, then be the console script."""
    if cwd is not None:
        os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in ((1, out), (2, err)):
        descriptor = stream.detach()
        os.dup2(descriptor, number)
        os.close(descriptor)
    # The fork server ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["sessions", *arguments]
    from server.cli.main import main

    main()
