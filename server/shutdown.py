"""Leaving: what happens between the signal to stop and the end of the process."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

import anyio


class GracefulShutdown:
    """Known to everything that would go on by itself."""

    def __init__(self) -> None:
        self._begun_at: float | None = None
        self._open: set[anyio.CancelScope] = set()

    @property
    def has_started(self) -> bool:
        return self._begun_at is not None

    def start(self) -> None:
        """End all open streams: their viewers go on elsewhere, from their cursors."""
        if self._begun_at is None:
            self._begun_at = monotonic()
        for scope in self._open:
            scope.cancel()

    def grace_left(self, grace: float) -> float:
        """What is left of so many seconds."""
        gone = monotonic() - self._begun_at if self._begun_at is not None else 0.0
        return max(0.0, grace - gone)

    @contextmanager
    def cancel_on_shutdown(self) -> Generator[anyio.CancelScope]:
        """A block that is left at once when the departure begins."""
        with anyio.CancelScope() as scope:
            self._open.add(scope)
            if self.has_started:
                scope.cancel()
            try:
                yield scope
            finally:
                self._open.discard(scope)


@contextmanager
def on_stop_signal(leave: Callable[[], None]) -> Generator[None]:
    """Have `leave` called in this loop at the first signal, before whoever else waits for it."""
    loop = asyncio.get_running_loop()
    others = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def told(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(leave)
        other = others[signal.Signals(number)]
        if callable(other):
            other(number, frame)

    for number in others:
        signal.signal(number, told)
    try:
        yield
    finally:
        for number, other in others.items():
            signal.signal(number, other)
