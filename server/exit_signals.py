"""Signal handlers that unwind the stack before the program exits, so that context managers run. One
of them stops the embedded PostgreSQL, which would otherwise keep running."""

import signal
from typing import NoReturn


def exit_cleanly(*_: object) -> NoReturn:
    raise SystemExit(0)


def install_signal_handlers() -> None:
    """For SIGTERM, and for SIGHUP (the terminal was closed) unless `nohup` ignores it."""
    signal.signal(signal.SIGTERM, exit_cleanly)
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_DFL:
        # uvicorn handles SIGTERM by a graceful shutdown.
        signal.signal(hangup, lambda *_: signal.raise_signal(signal.SIGTERM))
