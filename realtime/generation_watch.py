"""Reads generations for their viewers, whichever process writes them.

One watch per generation and process, however many viewers. It holds the text read so far. A viewer
is a position in this text, so a slow viewer costs nothing and later gets the rest in one piece.

One statement a tick and account reads all stale watches: a `SharedFeed` for each would need one
statement each. Row-level security separates the accounts, so the reader names the account.
The process that writes a generation serves its viewers from memory instead (docs/adr/0026).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Hashable, Sequence
from contextlib import (
    AbstractContextManager,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from typing import Any
from uuid import UUID

from models import GenerationStatus
from realtime.broadcast import RESULT_TTL, Subscribers
from realtime.shared_feed import SharedValues
from services.channels import Channel
from services.generations.finish import FinishedGeneration
from services.generations.token_log.store import TokenLogDelta, TokenLogReader, TokenLogRow
from storage.notifications import NotificationHub
from storage.outages import retry_while_database_down

#: Seconds between two reads without a notification: the delay if one is lost.
POLL_INTERVAL = 2.0

#: Positions of a watch whose next moment is memoized. Most viewers share one position.
POSITIONS_KEPT = 16


@dataclass(slots=True, eq=False)
class GenerationWatch:
    """What this process knows of one generation."""

    generation_id: UUID
    account_id: UUID
    status: GenerationStatus = GenerationStatus.RUNNING
    attempt: int = 0
    #: Known once the generation has ended.
    last_number: int = 0
    #: Deleted with its session.
    is_deleted: bool = False
    deltas: list[TokenLogDelta] = field(default_factory=list)
    subscribers: Subscribers = field(default_factory=Subscribers)
    viewers: int = 0
    #: This process writes the generation from its start on: all of it is known here, without
    #: reading.
    is_owned: bool = False
    #: The end is being committed here, and `on_finished` will deliver it with its result.
    is_finishing: bool = False
    #: The result as committed, for a moment: later it may have changed.
    finished: FinishedGeneration | None = None
    _memo: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return self.deltas[-1].number if self.deltas else 0

    @property
    def is_complete(self) -> bool:
        """The generation has ended, and all of its text is here."""
        return self.status.is_final and self.number >= self.last_number

    @property
    def needs_reading(self) -> bool:
        return not (self.is_complete or self.is_finishing)

    def attempt_at(self, number: int) -> int:
        """The attempt that wrote a delta; the current attempt if it is not written yet."""
        return (
            self.deltas[number - 1].attempt if 0 < number <= self.number else max(1, self.attempt)
        )

    def merge_deltas_after(self, number: int) -> TokenLogDelta | None:
        """The text after `number` in one piece, as far as one attempt has written it."""
        newer = self.deltas[max(0, number) :]
        if not newer:
            return None
        attempt = newer[0].attempt
        merged = list(takewhile(lambda delta: delta.attempt == attempt, newer))
        text = "".join(delta.text for delta in merged)
        return TokenLogDelta(self.account_id, self.generation_id, attempt, merged[-1].number, text)

    def append_delta(self, delta: TokenLogDelta) -> bool:
        """Append the next delta. False if it is here already, or if there is a gap before it,
        which must be read."""
        is_next = delta.number == self.number + 1
        if is_next:
            self.deltas.append(delta)
        return is_next

    def memoize(self, position: Hashable, compute: Callable[[], Any]) -> Any:
        """Compute once for all viewers at a position, until there is more."""
        try:
            return self._memo[position]
        except KeyError:
            if len(self._memo) >= POSITIONS_KEPT:
                self._memo.clear()
            result = self._memo[position] = compute()
            return result

    def notify(self) -> None:
        self._memo.clear()
        self.subscribers.notify()

    def forget_finished(self) -> None:
        self.finished = None
        self._memo.clear()


class GenerationWatches:
    """The watches of one process; implements `services.generations.runner.GenerationObserver`."""

    def __init__(self, token_log: TokenLogReader, hub: NotificationHub) -> None:
        self._token_log = token_log
        self._hub = hub
        self._watches: SharedValues[UUID, GenerationWatch] = SharedValues()
        #: Generations to read.
        self._stale: set[UUID] = set()
        self._wake = asyncio.Event()
        #: Set when the next read is done.
        self._next_read = asyncio.Event()

    def __len__(self) -> int:
        """The number of watches with viewers."""
        return sum(1 for watch in self._watches if watch.viewers)

    def is_owned_here(self, generation_id: UUID, account_id: UUID) -> bool:
        """Whether this process writes the generation from its start on, for this account."""
        watch = self._watches.get(generation_id)
        return watch is not None and watch.is_owned and watch.account_id == account_id

    @contextmanager
    def owned_here(self, generation_id: UUID, account_id: UUID) -> Generator[None]:
        """While the block runs, `on_flushed` and `on_finished` deliver all of the generation."""
        with self._hold(generation_id, account_id) as watch:
            watch.attempt, watch.is_owned = 1, True
            try:
                yield
            finally:
                watch.is_owned = False

    @asynccontextmanager
    async def subscribe(
        self, generation_id: UUID, account_id: UUID, after: int | None
    ) -> AsyncGenerator[GenerationWatch]:
        """The watch of an existing generation, up to date, for a viewer that has received `after`:
        this may be more than is known here, if another process has continued the generation."""
        with self._hold(generation_id, account_id) as watch:
            watch.viewers += 1
            try:
                is_known = watch.is_owned or watch.is_complete
                if not is_known or (after or 0) > watch.number:
                    await self._read_now(generation_id)
                yield watch
            finally:
                watch.viewers -= 1

    @contextmanager
    def finishing(self, generation_id: UUID) -> Generator[None]:
        """While the block runs, reads do not deliver the end, though they could see it before the
        commit returns: `on_finished` delivers it with its result."""
        watch = self._watches.get(generation_id)
        if watch is None:
            yield
            return
        watch.is_finishing = True
        try:
            yield
        finally:
            watch.is_finishing = False
            self._request_read(generation_id)

    def on_flushed(self, deltas: Sequence[TokenLogDelta]) -> None:
        """Deliver text that this process has written to the log."""
        for delta in deltas:
            watch = self._watches.get(delta.generation_id)
            if watch is None:
                continue
            if watch.append_delta(delta):
                watch.notify()
            elif delta.number > watch.number:
                self._request_read(delta.generation_id)

    def on_finished(self, finished: FinishedGeneration) -> None:
        """Deliver the end of a generation that this process has written, after its commit."""
        row = finished.generation
        watch = self._watches.get(row.id)
        if watch is None or watch.status.is_final:
            return
        if watch.number < row.last_number:
            self._request_read(row.id)
            return
        watch.status, watch.last_number, watch.finished = row.status, row.last_number, finished
        asyncio.get_running_loop().call_later(RESULT_TTL, watch.forget_finished)
        watch.notify()

    async def run(self) -> None:
        """Read watches when a notification arrives, and all with viewers at intervals."""
        now = asyncio.get_running_loop().time
        next_poll = now() + POLL_INTERVAL
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(next_poll):
                    await self._wake.wait()
            if now() >= next_poll:
                self._stale.update(w.generation_id for w in self._watches if w.viewers)
                next_poll = now() + POLL_INTERVAL
            self._wake.clear()
            stale, self._stale = self._stale, set()
            done, self._next_read = self._next_read, asyncio.Event()
            watches = [w for id in stale if (w := self._watches.get(id)) and w.needs_reading]
            try:
                await self._read_watches(watches)
            finally:
                done.set()

    def _hold(
        self, generation_id: UUID, account_id: UUID
    ) -> AbstractContextManager[GenerationWatch]:
        create = partial(self._open_watch, generation_id, account_id)
        return self._watches.hold(generation_id, create)

    def _open_watch(
        self, generation_id: UUID, account_id: UUID, cleanup: ExitStack
    ) -> GenerationWatch:
        wake = partial(self._request_read, generation_id)
        for channel in (Channel.GENERATION_TEXT, Channel.GENERATION_ENDED):
            cleanup.enter_context(self._hub.subscribe(channel, generation_id, wake))
        return GenerationWatch(generation_id, account_id)

    def _request_read(self, generation_id: UUID) -> None:
        self._stale.add(generation_id)
        self._wake.set()

    async def _read_now(self, generation_id: UUID) -> None:
        done = self._next_read
        self._request_read(generation_id)
        await done.wait()

    async def _read_watches(self, watches: list[GenerationWatch]) -> None:
        by_account: dict[UUID, list[GenerationWatch]] = {}
        for watch in watches:
            by_account.setdefault(watch.account_id, []).append(watch)
        for account_id, of_account in by_account.items():
            await self._read_account(account_id, of_account)

    @retry_while_database_down
    async def _read_account(self, account_id: UUID, watches: list[GenerationWatch]) -> None:
        numbers = {watch.generation_id: watch.number for watch in watches}
        rows = await self._token_log.read_after(account_id, numbers)
        changed = {row.id for row in rows if self._apply_row(row)}
        found = {row.id for row in rows}
        for watch in watches:
            if watch.generation_id not in found:
                watch.is_deleted = True
            elif watch.generation_id not in changed:
                continue
            watch.notify()

    def _apply_row(self, row: TokenLogRow) -> bool:
        """Whether the row has anything new."""
        watch = self._watches.get(row.id)
        if watch is None or watch.is_finishing:
            return False
        before = (watch.status, watch.last_number, watch.attempt, watch.number)
        # A read may be older than what `on_flushed` and `on_finished` have delivered meanwhile: it
        # neither reverts the state nor repeats a delta.
        if not watch.status.is_final:
            watch.status = GenerationStatus(row.status)
            watch.last_number = row.last_number
        watch.attempt = max(watch.attempt, row.current_attempt)
        if row.number is not None:
            watch.append_delta(
                TokenLogDelta(watch.account_id, row.id, row.attempt, row.number, row.text)
            )
        return before != (watch.status, watch.last_number, watch.attempt, watch.number)
