"""Signal handlers that unwind the stack before the program exits, so that context managers run. One
of them stops the embedded PostgreSQL, which would otherwise keep running."""

import signal
from typing import NoReturn

_requested = False


def exit_cleanly(*_: object) -> NoReturn:
    """Raises SystemExit. Python drops an exception that interrupts a callback of a weak reference
    or of the garbage collector, as every import has them: `repeat_dropped_exit` makes up for it."""
    global _requested
    _requested = True
    raise SystemExit(0)


def repeat_dropped_exit() -> None:
    """Raises SIGTERM again if `exit_cleanly` was called and the program still runs."""
    if _requested:
        signal.raise_signal(signal.SIGTERM)


def install_signal_handlers() -> None:
    """For SIGTERM, and for SIGHUP (the terminal was closed) unless `nohup` ignores it."""
    signal.signal(signal.SIGTERM, exit_cleanly)
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        # uvicorn handles SIGTERM by a graceful shutdown.
        signal.signal(hangup, lambda *_: signal.raise_signal(signal.SIGTERM))
