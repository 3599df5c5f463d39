"""A server that is killed without a word, and comes back at the same address."""

from contextlib import ExitStack
from typing import Self
from urllib.parse import urlsplit

from tests.served import PATIENCE, Served, serving


class Killable:
    #: As it runs, or ran last.
    served: Served

    def __init__(self, **settings: str) -> None:
        self._settings = settings
        self._life = ExitStack()

    def __enter__(self) -> Self:
        self.served = self._life.enter_context(serving(**self._settings))
        return self

    def __exit__(self, *_: object) -> None:
        self._life.close()

    def kill(self) -> None:
        self.served.process.kill()
        self.served.process.wait(PATIENCE)

    def start_again(self) -> None:
        """With the same database, on the same port."""
        self._life.close()
        port = str(urlsplit(self.served.url).port)
        self.served = self._life.enter_context(serving("--port", port, **self._settings))
