"""The measurement itself: it must see damage where there is some, and none where there is none."""

import os
import signal
import time
from functools import partial
from multiprocessing.synchronize import Event

import pytest

from tests.attacks.victim import Target, measure_damage
from tests.server_process import Served

pytestmark = pytest.mark.slow


def freeze(pid: int, target: Target, stop: Event) -> None:
    """Stops the server's process for a second of two."""
    while not stop.is_set():
        os.kill(pid, signal.SIGSTOP)
        time.sleep(1)
        os.kill(pid, signal.SIGCONT)
        time.sleep(1)


def do_nothing(target: Target, stop: Event) -> None:
    stop.wait()


def test_frozen_server_is_damage(served: Served) -> None:
    damage = measure_damage(served, partial(freeze, served.process.pid), 4, None)
    assert damage.share < 0.8
    assert damage.slowest > 0.5


def test_calm_client_is_no_damage(served: Served) -> None:
    damage = measure_damage(served, do_nothing, 2, None)
    assert damage.is_bearable(), damage
