"""The gate: whatever goes to a model, a document, a push, a mail, a webhook or a log passes here.

It takes texts, and plain data with texts anywhere in it: what a dataclass, a list or a dict gets
as a new field is redacted without further code.

A long text must not hold the event loop. It is redacted in slices of SLICE_SECONDS, between which
the loop does other work; only one slice is under way in a process, and the shortest text has the
next one. So a message does not wait for the logs of somebody who sends many of them.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from services.ai.redact.redactor import Redactor, redact

#: How long redaction may hold the event loop at once.
SLICE_SECONDS = 0.002
#: How many times as long the loop is left to others between two slices: at first, while others use
#: it, and once a text has taken ORDINARY_SECONDS, more than a log without hostile parts takes.
REST, BUSY_REST, LONG_REST = 1, 4, 4
ORDINARY_SECONDS = 0.5
#: Seconds by which a rest is longer than asked for if others use the loop, or the processor.
LATE_SECONDS = 0.002
#: A text of at most so many characters is redacted in one step, and its result is kept: flows and
#: the history of a session come again with each request.
SHORT = 1_000

T = TypeVar("T")
Steps = Generator[None, None, Any]


class SliceTurns:
    """One slice at a time. Of those that wait, the one of the shortest text is next."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._is_taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    def next_number(self) -> int:
        """The place of a text among equally long ones."""
        return next(self._numbers)

    @asynccontextmanager
    async def take(self, characters: int, number: int) -> AsyncGenerator[None]:
        """A turn as long as the block."""
        if self._is_taken:
            turn = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (characters, number, turn))
            try:
                await turn
            except BaseException:
                if turn.done() and not turn.cancelled():
                    self._pass_on()
                raise
        self._is_taken = True
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._is_taken = False


_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, SliceTurns] = WeakKeyDictionary()


@lru_cache(4_096)
def redact_short(text: str) -> str:
    return redact(text)


def redact_now(value: T) -> T:
    """Redact all texts in plain data, without giving the event loop back."""
    steps = redact_steps(value)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result


async def redact_value(value: T) -> T:
    """Redact all texts in plain data, without holding the event loop."""
    steps = redact_steps(value)
    is_done, result, elapsed = run_slice(steps)
    spent = elapsed
    if not is_done:
        turns = _turns.setdefault(asyncio.get_running_loop(), SliceTurns())
        length, number, is_busy = count_characters(value), turns.next_number(), False
        while not is_done:
            async with turns.take(length, number):
                rest = LONG_REST if spent >= ORDINARY_SECONDS else BUSY_REST if is_busy else REST
                is_busy = await sleep_late(elapsed * rest)
                is_done, result, elapsed = run_slice(steps)
                spent += elapsed
    redacted: T = result
    return redacted


async def sleep_late(seconds: float) -> bool:
    """Whether the loop came back later than that."""
    ends_at = time.perf_counter() + seconds
    await asyncio.sleep(seconds)
    return time.perf_counter() > ends_at + LATE_SECONDS


def run_slice(steps: Steps) -> tuple[bool, Any, float]:
    """Whether the steps are done, their result, and how many seconds this took."""
    start = time.perf_counter()
    elapsed = 0.0
    try:
        while elapsed < SLICE_SECONDS:
            next(steps)
            elapsed = time.perf_counter() - start
    except StopIteration as end:
        return True, end.value, elapsed
    return False, None, elapsed


def redact_steps(value: Any) -> Steps:
    """Redact, in steps of bounded work. Enumerations are no texts; names of fields and keys of
    dicts are not written by users."""
    match value:
        case Enum():
            return value
        case str():
            return (yield from redact_text_steps(value))
        case dict():
            redacted = {}
            for key, item in value.items():
                redacted[key] = yield from redact_steps(item)
            return redacted
        case list() | tuple():
            return type(value)((yield from redact_items(value)))
        case _ if is_dataclass(value) and not isinstance(value, type):
            changes = {}
            for field in fields(value):
                changes[field.name] = yield from redact_steps(getattr(value, field.name))
            return replace(value, **changes)
        case _:
            return value


def redact_text_steps(text: str) -> Steps:
    if len(text) <= SHORT:
        yield
        return redact_short(text)
    redactor, parts = Redactor(), []
    for piece in redactor.pieces(text):
        parts.append(piece)
        yield
    return "".join([*parts, redactor.close()])


def redact_items(items: Iterable[Any]) -> Steps:
    redacted = list(items)
    for index, item in enumerate(redacted):
        redacted[index] = yield from redact_steps(item)
    return redacted


def count_characters(value: Any) -> int:
    """The characters of all texts in plain data."""
    match value:
        case Enum():
            return 0
        case str():
            return len(value)
        case dict():
            return sum(map(count_characters, value.values()))
        case list() | tuple():
            return sum(map(count_characters, value))
        case _ if is_dataclass(value):
            return sum(count_characters(getattr(value, field.name)) for field in fields(value))
        case _:
            return 0
