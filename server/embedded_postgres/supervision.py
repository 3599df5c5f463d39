"""Starts an embedded PostgreSQL again that dies while a server runs on it."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from server.embedded_postgres.errors import EmbeddedPostgresUnavailable

logger = logging.getLogger(__name__)

#: Seconds between two looks at the process, and between two attempts to start it.
CHECK_SECONDS = 0.5
RETRY_SECONDS = 5.0
#: Seconds that the end of the block waits for an attempt.
JOIN_SECONDS = 10.0


@contextmanager
def restart_when_dead(is_alive: Callable[[], bool], start: Callable[[], None]) -> Generator[None]:
    """Call `start` whenever the process is not alive, as long as the block.

    In a thread: the process of several workers has no event loop.
    """
    ended = threading.Event()
    thread = threading.Thread(
        target=watch_process, args=(is_alive, start, ended), name="embedded-postgres", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(JOIN_SECONDS)


def watch_process(
    is_alive: Callable[[], bool], start: Callable[[], None], ended: threading.Event
) -> None:
    while not ended.wait(CHECK_SECONDS):
        if is_alive():
            continue
        logger.error("The embedded PostgreSQL has ended unexpectedly, and is started again")
        while not (ended.is_set() or try_start(start)):
            ended.wait(RETRY_SECONDS)


def try_start(start: Callable[[], None]) -> bool:
    try:
        start()
    except (EmbeddedPostgresUnavailable, OSError) as error:
        logger.error("%s\nTrying again in %g seconds", error, RETRY_SECONDS)
        return False
    logger.info("The embedded PostgreSQL runs again")
    return True
