"""Looking on while generations are written, anywhere.

One watch a generation and process, however many look on: it holds the text read so far and is
kept up by one statement a tick for all watches together. A viewer is but a place in that text,
so a slow one costs nothing and is later given in one piece what it has missed.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from models import GenerationStatus
from services.faults import until_the_database_is_back
from services.generations import log
from services.signals import Switchboard, Topic

#: How long a viewer may be late when a signal was lost.
LOOK_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that follows upon what the viewer has; `number` is that of its last delta."""

    number: int
    attempt: int
    text: str


def merged(pieces: Sequence[Piece]) -> Piece:
    last = pieces[-1]
    return Piece(last.number, last.attempt, "".join(piece.text for piece in pieces))


@dataclass(slots=True, eq=False)
class Watch:
    generation_id: UUID
    status: GenerationStatus = GenerationStatus.RUNNING
    attempt: int = 0
    #: Of a generation that has ended.
    last_number: int = 0
    #: Deleted, with its session.
    is_gone: bool = False
    pieces: list[Piece] = field(default_factory=list)
    viewers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def number(self) -> int:
        return self.pieces[-1].number if self.pieces else 0

    def attempt_at(self, number: int) -> int:
        """The attempt that wrote a delta; the one now at work where there is none yet."""
        return (
            self.pieces[number - 1].attempt if 0 < number <= self.number else max(1, self.attempt)
        )

    def past(self, number: int) -> list[Piece]:
        """What follows upon `number`, one piece for each attempt that wrote some of it."""
        attempts = groupby(self.pieces[max(0, number) :], key=attrgetter("attempt"))
        return [merged(list(pieces)) for _, pieces in attempts]

    def add(self, piece: Piece) -> None:
        """Unless it is there already, or one before it is missing, which will be read."""
        if piece.number == self.number + 1:
            self.pieces.append(piece)

    def note(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Watches:
    def __init__(self, engine: AsyncEngine, switchboard: Switchboard) -> None:
        self._engine = engine
        self._switchboard = switchboard
        self._watches: dict[UUID, Watch] = {}
        self._stale: set[UUID] = set()
        self._wake = asyncio.Event()
        #: Set when a look that has not begun yet is done.
        self._next_look = asyncio.Event()

    def __len__(self) -> int:
        return len(self._watches)

    @asynccontextmanager
    async def watching(self, generation_id: UUID) -> AsyncGenerator[Watch]:
        """The watch of a generation that exists, up to date as of now."""
        watch = self._watches.setdefault(generation_id, Watch(generation_id))
        watch.viewers += 1
        wake = lambda: self._look_at(generation_id)  # noqa: E731 - one per viewer, so it can be removed
        try:
            with (
                self._switchboard.listening(Topic.GENERATION_TEXT, generation_id, wake),
                self._switchboard.listening(Topic.GENERATION_ENDED, generation_id, wake),
            ):
                await self._look_now(generation_id)
                yield watch
        finally:
            watch.viewers -= 1
            if watch.viewers == 0:
                self._watches.pop(generation_id, None)

    async def run(self) -> None:
        """Keep all watches up: at each signal, and now and then without one."""
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
            except TimeoutError:
                self._stale.update(self._watches)
            self._wake.clear()
            stale, self._stale = self._stale, set()
            done, self._next_look = self._next_look, asyncio.Event()
            try:
                await self._refresh([w for id in stale if (w := self._watches.get(id))])
            finally:
                done.set()

    def take_written(self, deltas: Sequence[log.Delta]) -> None:
        """Text that this process has put in the log itself."""
        for delta in deltas:
            if watch := self._watches.get(delta.generation_id):
                watch.add(Piece(delta.number, delta.attempt, delta.text))
                watch.note()

    def _look_at(self, generation_id: UUID) -> None:
        self._stale.add(generation_id)
        self._wake.set()

    async def _look_now(self, generation_id: UUID) -> None:
        done = self._next_look
        self._look_at(generation_id)
        await done.wait()

    @until_the_database_is_back
    async def _refresh(self, watches: list[Watch]) -> None:
        if not watches:
            return
        async with self._engine.connect() as connection:
            rows = await log.read_past(connection, {w.generation_id: w.number for w in watches})
        for row in rows:
            self._take(row)
        there = {row.id for row in rows}
        for watch in watches:
            if watch.generation_id not in there:
                watch.is_gone = True
                watch.note()

    def _take(self, row: log.LogRow) -> None:
        watch = self._watches.get(row.id)
        if watch is None:
            return
        # Two refreshes may overlap: the older neither turns back the state nor repeats a piece.
        if not watch.status.is_final:
            watch.status = GenerationStatus(row.status)
        watch.last_number = row.last_number
        watch.attempt = max(watch.attempt, row.current_attempt)
        if row.number is not None:
            watch.add(Piece(row.number, row.attempt, row.text))
        watch.note()
