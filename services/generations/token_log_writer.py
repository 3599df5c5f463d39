"""One per process: puts the new text of all its generations in the log, a tick at a time.

Nobody sees a word before it is in the log. So whatever a viewer has read is there after a crash,
and whoever goes on from there goes on behind the same word.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.generations import token_log
from services.generations.token_log import Delta
from storage.connections import borrowed
from storage.outages import is_outage

logger = logging.getLogger(__name__)

TICK = 0.05
RETRY_AFTER = 0.5


class Fenced(Exception):
    """The generation has ended or passed to another process: nothing more may be written."""


@dataclass(eq=False, slots=True)
class Draft:
    """The unwritten part of one generation. `sealed` is on its way, and stays as it is until
    it is known to be in the log: a delta's number must never stand for two different texts."""

    generation_id: UUID
    attempt: int
    last_number: int = 0
    unwritten: list[str] = field(default_factory=list)
    sealed: Delta | None = None
    fenced: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)

    def seal(self) -> Delta | None:
        if self.sealed is None and self.unwritten:
            self.last_number += 1
            self.sealed = Delta(
                self.generation_id, self.attempt, self.last_number, "".join(self.unwritten)
            )
            self.unwritten.clear()
        return self.sealed

    def note_written(self, *, owned: bool) -> None:
        self.sealed = None
        self.fenced = not owned
        if self.fenced or not self.unwritten:
            self.settled.set()


class Flusher:
    """`shown` is given what is in the log from now on: viewers in this process need not read it,
    nor be woken by the signals of the connections that are noted in `pids`."""

    def __init__(
        self, engine: AsyncEngine, shown: Callable[[Sequence[Delta]], None], pids: set[int]
    ) -> None:
        self._engine = engine
        self._shown = shown
        self._pids = pids
        self._dirty: set[Draft] = set()
        self._wake = asyncio.Event()

    def add(self, draft: Draft, text: str) -> None:
        """Take a piece of text. Raises Fenced once the generation is no longer ours."""
        if draft.fenced:
            raise Fenced
        draft.unwritten.append(text)
        draft.settled.clear()
        self._dirty.add(draft)
        self._wake.set()

    async def settle(self, draft: Draft) -> None:
        """Wait until all text of the draft is in the log, or raise Fenced."""
        if draft in self._dirty:
            await draft.settled.wait()
        if draft.fenced:
            raise Fenced

    def forget(self, draft: Draft) -> None:
        self._dirty.discard(draft)

    async def run(self) -> None:
        """Flush at once when there is something after a pause, then once a tick."""
        if self._dirty:
            # Left by a flush that broke.
            self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._flush()
            await asyncio.sleep(TICK)

    async def _flush(self) -> None:
        drafts = [(draft, delta) for draft in self._dirty if (delta := draft.seal())]
        deltas = [delta for _, delta in drafts]
        if not deltas:
            return
        try:
            async with borrowed(self._engine) as driver:
                self._pids.add(driver.get_server_pid())
                owned = await token_log.append(driver, deltas)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("The token log cannot be written, trying again: %s", error)
            await asyncio.sleep(RETRY_AFTER)
            self._wake.set()
            return
        self._shown([delta for delta in deltas if (delta.generation_id, delta.attempt) in owned])
        for draft, delta in drafts:
            draft.note_written(owned=(delta.generation_id, delta.attempt) in owned)
            if draft.settled.is_set():
                self._dirty.discard(draft)
            else:
                self._wake.set()
