"""Graceful shutdown: between the signal to stop (SIGTERM, SIGINT) and the end of the process."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

import anyio


class GracefulShutdown:
    """The state of the shutdown. It ends open streams and measures the grace period."""

    def __init__(self) -> None:
        self._started_at: float | None = None
        self._open: set[anyio.CancelScope] = set()

    @property
    def has_started(self) -> bool:
        return self._started_at is not None

    def start(self) -> None:
        """End all open streams. Their clients resume from their cursors at another process."""
        if self._started_at is None:
            self._started_at = monotonic()
        for scope in self._open:
            scope.cancel()

    def grace_left(self, grace: float) -> float:
        """The rest of a grace period, in seconds."""
        elapsed = monotonic() - self._started_at if self._started_at is not None else 0.0
        return max(0.0, grace - elapsed)

    @contextmanager
    def cancel_on_shutdown(self) -> Generator[anyio.CancelScope]:
        """A block that is cancelled when the shutdown starts."""
        with anyio.CancelScope() as scope:
            self._open.add(scope)
            if self.has_started:
                scope.cancel()
            try:
                yield scope
            finally:
                self._open.discard(scope)


@contextmanager
def on_stop_signal(callback: Callable[[], None]) -> Generator[None]:
    """Call `callback` in this event loop for each signal, before the previous handlers."""
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def on_signal(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(callback)
        handler = previous[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in previous:
        signal.signal(number, on_signal)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
