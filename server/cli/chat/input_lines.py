"""Reads what the user types, and turns Ctrl+C into a call instead of the end of the program."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol, Self

PROMPT = "> "

Callback = Callable[[], None]


class Interrupted(Exception):
    """The user pressed Ctrl+C instead of ending the line."""


class Interrupts:
    """While it is entered, SIGINT calls what is going on, and never ends the program.

    `signal.signal`, not the event loop's own handlers: prompt_toolkit restores the former after a
    prompt, and drops the latter.
    """

    def __init__(self) -> None:
        self._callback: Callback | None = ignore_interrupt
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._previous)

    @contextmanager
    def calling(self, callback: Callback | None) -> Iterator[None]:
        """Within it SIGINT calls `callback`; with None it raises KeyboardInterrupt."""
        before, self._callback = self._callback, callback
        try:
            yield
        finally:
            self._callback = before

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._callback is None:
            raise KeyboardInterrupt
        self._loop.call_soon_threadsafe(self._callback)


def ignore_interrupt() -> None:
    """Between two lines there is nothing to stop."""


class LineReader(Protocol):
    """The lines that the user enters."""

    async def read_line(self, prompt: str = PROMPT) -> str | None:
        """The next line, None at the end of the input. Raises Interrupted."""


class TerminalReader:
    """Lines with editing and history. A pasted text with several lines is one line of these."""

    def __init__(self) -> None:
        # Imported here: nothing else of `sessions chat` needs it, and it takes a while.
        from prompt_toolkit import PromptSession

        self._prompts = PromptSession[str]()

    async def read_line(self, prompt: str = PROMPT) -> str | None:
        try:
            return await self._prompts.prompt_async(prompt)
        except EOFError:
            return None
        except KeyboardInterrupt:
            raise Interrupted from None


class PipeReader:
    """Lines of a file or a program. Reading blocks the loop: nothing else goes on meanwhile."""

    def __init__(self, interrupts: Interrupts) -> None:
        self._interrupts = interrupts

    async def read_line(self, prompt: str = PROMPT) -> str | None:
        with self._interrupts.calling(None):
            try:
                line = sys.stdin.readline()
            except KeyboardInterrupt:
                return None
        return line.rstrip("\n") if line else None


def create_reader(interrupts: Interrupts) -> LineReader:
    return TerminalReader() if sys.stdin.isatty() else PipeReader(interrupts)
