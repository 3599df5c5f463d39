"""Group commit of the token log: one statement writes the new text of all generations of this
process. The next flush begins as soon as the last one is committed and its pause is over.

No viewer receives text before it is in the log (docs/adr/0002): text that a viewer has read is
there after a crash, and the process that takes over continues behind it.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.generations.token_log.store import TokenLogDelta, TokenLogStore
from storage.database_problems import log_outage

logger = logging.getLogger(__name__)

#: Seconds between two flushes for each answer under way. A token of a single answer waits for no
#: other; many answers are written together, so that each costs little.
PAUSE_PER_GENERATION = 0.00075
#: With a single answer, some models send a token every 2 ms: several of them make one flush.
SHORTEST_PAUSE = 0.006
#: With 65 answers and more.
LONGEST_PAUSE = 0.05
RETRY_AFTER = 0.5


class LeaseLost(Exception):
    """The generation has ended or passed to another process: nothing more may be written."""


@dataclass(eq=False, slots=True)
class PendingText:
    """The text of one generation that is not in the log yet. The `sealed` delta may have been
    sent: it must not change until its write is confirmed, so that a number never stands for two
    different texts."""

    account_id: UUID
    generation_id: UUID
    attempt: int
    last_number: int = 0
    unsealed: list[str] = field(default_factory=list)
    sealed: TokenLogDelta | None = None
    lease_lost: bool = False
    flushed: asyncio.Event = field(default_factory=asyncio.Event)

    def seal_delta(self) -> TokenLogDelta | None:
        """The next delta to write: the sealed one, or all text that has arrived since."""
        if self.sealed is None and self.unsealed:
            self.last_number += 1
            self.sealed = TokenLogDelta(
                self.account_id,
                self.generation_id,
                self.attempt,
                self.last_number,
                "".join(self.unsealed),
            )
            self.unsealed.clear()
        return self.sealed

    def mark_written(self, *, owned: bool) -> None:
        self.sealed = None
        self.lease_lost = not owned
        if self.lease_lost or not self.unsealed:
            self.flushed.set()


def flush_pause(generations: int) -> float:
    """Seconds between two flushes while so many generations write."""
    return min(max(SHORTEST_PAUSE, generations * PAUSE_PER_GENERATION), LONGEST_PAUSE)


class TokenLogWriter:
    """`on_flushed` receives the deltas that are in the log from now on, so that viewers in this
    process need not read them."""

    def __init__(
        self, token_log: TokenLogStore, on_flushed: Callable[[Sequence[TokenLogDelta]], None]
    ) -> None:
        self._token_log = token_log
        self._on_flushed = on_flushed
        self._dirty: set[PendingText] = set()
        #: The generations under way that have written. Slow ones count: their tokens come at
        #: different times, and a short pause would make a flush for each.
        self._writing: set[PendingText] = set()
        self._wake = asyncio.Event()

    def add_text(self, pending: PendingText, text: str) -> None:
        """Queue text for the next flush. Raises LeaseLost."""
        if pending.lease_lost:
            raise LeaseLost
        pending.unsealed.append(text)
        pending.flushed.clear()
        self._dirty.add(pending)
        self._writing.add(pending)
        self._wake.set()

    async def wait_flushed(self, pending: PendingText) -> None:
        """Wait until all text of a generation is in the log. Raises LeaseLost."""
        if pending in self._dirty:
            await pending.flushed.wait()
        if pending.lease_lost:
            raise LeaseLost

    def discard(self, pending: PendingText) -> None:
        """The generation is over. Drop the text that is not written yet."""
        self._dirty.discard(pending)
        self._writing.discard(pending)

    async def run(self) -> None:
        """Flush new text at once, and no sooner than a pause after the last flush."""
        if self._dirty:
            # A flush failed, and this task was restarted.
            self._wake.set()
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._flush()
            await asyncio.sleep(flush_pause(len(self._writing)))

    async def _flush(self) -> None:
        sealed = [(pending, delta) for pending in self._dirty if (delta := pending.seal_delta())]
        deltas = [delta for _, delta in sealed]
        if not deltas:
            return
        owned = None
        with log_outage(logger.warning, "The token log cannot be written, trying again"):
            owned = await self._token_log.append(deltas)
        if owned is None:
            await asyncio.sleep(RETRY_AFTER)
            self._wake.set()
            return
        self._on_flushed([d for d in deltas if (d.generation_id, d.attempt) in owned])
        for pending, delta in sealed:
            pending.mark_written(owned=(delta.generation_id, delta.attempt) in owned)
            if pending.flushed.is_set():
                self._dirty.discard(pending)
            else:
                self._wake.set()
