"""Signals that end the program by way of everything that has to be put away first, such as the
embedded Postgres, which nobody else would stop."""

import signal
from typing import NoReturn


def exit_cleanly(*_: object) -> NoReturn:
    raise SystemExit(0)


def install_signal_handlers() -> None:
    """Also when the terminal is closed, unless whoever started it has said not to mind."""
    signal.signal(signal.SIGTERM, exit_cleanly)
    hang_up = getattr(signal, "SIGHUP", None)
    if hang_up is not None and signal.getsignal(hang_up) is signal.SIG_DFL:
        # A server has an orderly way of its own from there.
        signal.signal(hang_up, lambda *_: signal.raise_signal(signal.SIGTERM))
