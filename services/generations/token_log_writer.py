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
from services.generations.token_log import TokenDelta
from storage.connections import driver_connection
from storage.outages import is_outage

logger = logging.getLogger(__name__)

FLUSH_INTERVAL = 0.05
RETRY_AFTER = 0.5


class LeaseLost(Exception):
    """The generation has ended or passed to another process: nothing more may be written."""


@dataclass(eq=False, slots=True)
class PendingText:
    """The unwritten part of one generation. `sealed` is on its way, and stays as it is until
    it is known to be in the log: a delta's number must never stand for two different texts."""

    generation_id: UUID
    attempt: int
    last_number: int = 0
    unsealed: list[str] = field(default_factory=list)
    sealed: TokenDelta | None = None
    is_fenced: bool = False
    flushed: asyncio.Event = field(default_factory=asyncio.Event)

    def seal_delta(self) -> TokenDelta | None:
        if self.sealed is None and self.unsealed:
            self.last_number += 1
            self.sealed = TokenDelta(
                self.generation_id, self.attempt, self.last_number, "".join(self.unsealed)
            )
            self.unsealed.clear()
        return self.sealed

    def mark_written(self, *, owned: bool) -> None:
        self.sealed = None
        self.is_fenced = not owned
        if self.is_fenced or not self.unsealed:
            self.flushed.set()


class TokenLogWriter:
    """`shown` is given what is in the log from now on: viewers in this process need not read it,
    nor be woken by the signals of the connections that are noted in `pids`."""

    def __init__(
        self, engine: AsyncEngine, shown: Callable[[Sequence[TokenDelta]], None], pids: set[int]
    ) -> None:
        self._engine = engine
        self._shown = shown
        self._pids = pids
        self._dirty: set[PendingText] = set()
        self._wake = asyncio.Event()

    def add_text(self, draft: PendingText, text: str) -> None:
        """Take a piece of text. Raises Fenced once the generation is no longer ours."""
        if draft.is_fenced:
            raise LeaseLost
        draft.unsealed.append(text)
        draft.flushed.clear()
        self._dirty.add(draft)
        self._wake.set()

    async def wait_flushed(self, draft: PendingText) -> None:
        """Wait until all text of the draft is in the log, or raise Fenced."""
        if draft in self._dirty:
            await draft.flushed.wait()
        if draft.is_fenced:
            raise LeaseLost

    def discard(self, draft: PendingText) -> None:
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
            await asyncio.sleep(FLUSH_INTERVAL)

    async def _flush(self) -> None:
        drafts = [(draft, delta) for draft in self._dirty if (delta := draft.seal_delta())]
        deltas = [delta for _, delta in drafts]
        if not deltas:
            return
        try:
            async with driver_connection(self._engine) as driver:
                self._pids.add(driver.get_server_pid())
                owned = await token_log.append_deltas(driver, deltas)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("The token log cannot be written, trying again: %s", error)
            await asyncio.sleep(RETRY_AFTER)
            self._wake.set()
            return
        self._shown([delta for delta in deltas if (delta.generation_id, delta.attempt) in owned])
        for draft, delta in drafts:
            draft.mark_written(owned=(delta.generation_id, delta.attempt) in owned)
            if draft.flushed.is_set():
                self._dirty.discard(draft)
            else:
                self._wake.set()
