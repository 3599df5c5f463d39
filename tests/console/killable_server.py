"""A server that is killed without a word, and comes back at the same address."""

import random
import socket
from contextlib import ExitStack, suppress
from typing import Self

from tests.server_process import PATIENCE, Served, serving

#: Below those that the system gives away: nobody gets one of them while its server is away.
PORTS = range(20_000, 30_000)


class Killable:
    #: As it runs, or ran last.
    served: Served

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self._life = ExitStack()
        self._port = free_port()

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._life.close()

    def kill(self) -> None:
        self.served.process.kill()
        self.served.process.wait(PATIENCE)

    def start_again(self) -> None:
        """With the same database, on the same port."""
        self._life.close()
        self._start()

    def _start(self) -> None:
        serves = serving("--port", str(self._port), **self._settings)
        self.served = self._life.enter_context(serves)


def free_port() -> int:
    while True:
        port = random.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
