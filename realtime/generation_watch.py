"""Looking on while generations are written, anywhere.

One watch a generation and process, however many look on: it holds the text read so far and is
kept up by one statement a tick for all watches together. A viewer is but a place in that text,
so a slow one costs nothing and is later given in one piece what it has missed.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Hashable, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any
from uuid import UUID

from models import GenerationStatus
from realtime.broadcast import Subscribers
from realtime.single_flight import RESULT_TTL
from services.generations.outcomes import FinishedGeneration
from services.generations.token_log.store import TokenDelta, TokenLogRow, TokenLogStore
from storage.notifications import Channel, NotificationHub
from storage.outages import retry_while_database_down

#: How long a viewer may be late when a signal was lost.
LOOK_EVERY = 2.0

#: Places of a watch for which it is remembered what comes behind them. Most viewers are at one.
PLACES_KEPT = 16


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Text that follows upon what the viewer has; `number` is that of its last delta."""

    number: int
    attempt: int
    text: str


def merge_pieces(pieces: Sequence[TextPiece]) -> TextPiece:
    last = pieces[-1]
    return TextPiece(last.number, last.attempt, "".join(piece.text for piece in pieces))


@dataclass(slots=True, eq=False)
class GenerationWatch:
    generation_id: UUID
    status: GenerationStatus = GenerationStatus.RUNNING
    attempt: int = 0
    #: Of a generation that has ended.
    last_number: int = 0
    #: Deleted, with its session.
    is_gone: bool = False
    pieces: list[TextPiece] = field(default_factory=list)
    subscribers: Subscribers = field(default_factory=Subscribers)
    viewers: int = 0
    #: Whose it is, where all that is known of it is known from its beginning on, as it happens.
    account_id: UUID | None = None
    #: Its end is being written here, and will be told with all that has become of it.
    is_finishing: bool = False
    #: What has become of it, for those who ask right then: later it may have been changed.
    finished: FinishedGeneration | None = None
    #: What it hears of the generation by.
    listening: ExitStack = field(default_factory=ExitStack)
    _known: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return self.pieces[-1].number if self.pieces else 0

    @property
    def is_complete(self) -> bool:
        """There is nothing more to come, nor to read."""
        return self.status.is_final and self.number >= self.last_number

    @property
    def needs_reading(self) -> bool:
        """There may be more to read."""
        return not (self.is_complete or self.is_finishing)

    def attempt_at(self, number: int) -> int:
        """The attempt that wrote a delta; the one now at work where there is none yet."""
        return (
            self.pieces[number - 1].attempt if 0 < number <= self.number else max(1, self.attempt)
        )

    def piece_after(self, number: int) -> TextPiece | None:
        """What follows upon `number`, as far as one attempt has written it."""
        newer = self.pieces[max(0, number) :]
        if not newer:
            return None
        attempt = newer[0].attempt
        return merge_pieces(list(takewhile(lambda piece: piece.attempt == attempt, newer)))

    def append_piece(self, piece: TextPiece) -> bool:
        """Unless it is there already, or one before it is missing, which will be read."""
        is_next = piece.number == self.number + 1
        if is_next:
            self.pieces.append(piece)
        return is_next

    def memoize(self, place: Hashable, work_out: Callable[[], Any]) -> Any:
        """What is worked out once for all who are at the same place, until there is more."""
        try:
            return self._known[place]
        except KeyError:
            if len(self._known) >= PLACES_KEPT:
                self._known.clear()
            found = self._known[place] = work_out()
            return found

    def notify(self) -> None:
        self._known.clear()
        self.subscribers.notify()

    def forget_finished(self) -> None:
        self.finished = None
        self._known.clear()


class GenerationWatches:
    def __init__(self, token_log: TokenLogStore, switchboard: NotificationHub) -> None:
        self._token_log = token_log
        self._switchboard = switchboard
        self._watches: dict[UUID, GenerationWatch] = {}
        self._stale: set[UUID] = set()
        self._wake = asyncio.Event()
        #: Set when a look that has not begun yet is done.
        self._next_look = asyncio.Event()

    def __len__(self) -> int:
        """Those that somebody looks at."""
        return sum(1 for watch in self._watches.values() if watch.viewers)

    def is_owned_here(self, generation_id: UUID, account_id: UUID) -> bool:
        """Whether it is one of this account's that this process has begun and writes."""
        watch = self._watches.get(generation_id)
        return watch is not None and watch.account_id == account_id

    @contextmanager
    def owned_here(self, generation_id: UUID, account_id: UUID) -> Generator[None]:
        """Of an answer that begins here, each word is known once it is in the log, and the end
        once it is committed: as long as the block runs nobody need read them."""
        watch = self._watches.get(generation_id) or self._begin(generation_id)
        watch.attempt, watch.account_id = 1, account_id
        try:
            yield
        finally:
            watch.account_id = None
            self._let_go(watch)

    @asynccontextmanager
    async def watching(
        self, generation_id: UUID, after: int | None
    ) -> AsyncGenerator[GenerationWatch]:
        """The watch of a generation that exists, up to date as of now, for somebody who has got
        to `after`: that may be further than we know of, where another process has gone on."""
        watch = self._watches.get(generation_id) or self._begin(generation_id)
        watch.viewers += 1
        try:
            is_known = watch.account_id is not None or watch.is_complete
            if not is_known or (after or 0) > watch.number:
                await self._look_now(generation_id)
            yield watch
        finally:
            watch.viewers -= 1
            self._let_go(watch)

    @contextmanager
    def finishing(self, generation_id: UUID) -> Generator[None]:
        """Of what ends in the block it is `take_ended` that tells, though a look could see the
        end a little sooner: whoever learns of it from there need not read what it has become."""
        watch = self._watches.get(generation_id)
        if watch is None:
            yield
            return
        watch.is_finishing = True
        try:
            yield
        finally:
            watch.is_finishing = False
            self._look_at(generation_id)

    def _let_go(self, watch: GenerationWatch) -> None:
        if watch.viewers == 0 and watch.account_id is None:
            del self._watches[watch.generation_id]
            watch.listening.close()

    def _begin(self, generation_id: UUID) -> GenerationWatch:
        watch = self._watches[generation_id] = GenerationWatch(generation_id)
        for topic in (Channel.GENERATION_TEXT, Channel.GENERATION_ENDED):
            watch.listening.enter_context(
                self._switchboard.subscribe(
                    topic, generation_id, lambda: self._look_at(generation_id)
                )
            )
        return watch

    async def run(self) -> None:
        """Keep all watches up: at each signal, and now and then without one."""
        now = asyncio.get_running_loop().time
        all_at = now() + LOOK_EVERY
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(all_at):
                    await self._wake.wait()
            if now() >= all_at:
                self._stale.update(id for id, watch in self._watches.items() if watch.viewers)
                all_at = now() + LOOK_EVERY
            self._wake.clear()
            stale, self._stale = self._stale, set()
            done, self._next_look = self._next_look, asyncio.Event()
            try:
                await self._refresh(
                    [w for id in stale if (w := self._watches.get(id)) and w.needs_reading]
                )
            finally:
                done.set()

    def on_flushed(self, deltas: Sequence[TokenDelta]) -> None:
        """Text that this process has put in the log itself."""
        for delta in deltas:
            watch = self._watches.get(delta.generation_id)
            if watch is None:
                continue
            if watch.append_piece(TextPiece(delta.number, delta.attempt, delta.text)):
                watch.notify()
            elif delta.number > watch.number:
                self._look_at(delta.generation_id)

    def on_finished(self, outcome: FinishedGeneration) -> None:
        """What has become of an answer that this process has written."""
        row = outcome.generation
        watch = self._watches.get(row.id)
        if watch is None or watch.status.is_final:
            return
        if watch.number < row.last_number:
            self._look_at(row.id)
            return
        watch.status, watch.last_number, watch.finished = row.status, row.last_number, outcome
        asyncio.get_running_loop().call_later(RESULT_TTL, watch.forget_finished)
        watch.notify()

    def _look_at(self, generation_id: UUID) -> None:
        self._stale.add(generation_id)
        self._wake.set()

    async def _look_now(self, generation_id: UUID) -> None:
        done = self._next_look
        self._look_at(generation_id)
        await done.wait()

    @retry_while_database_down
    async def _refresh(self, watches: list[GenerationWatch]) -> None:
        if not watches:
            return
        rows = await self._token_log.read_after({w.generation_id: w.number for w in watches})
        changed = {row.id for row in rows if self._take(row)}
        there = {row.id for row in rows}
        for watch in watches:
            if watch.generation_id not in there:
                watch.is_gone = True
            elif watch.generation_id not in changed:
                continue
            watch.notify()

    def _take(self, row: TokenLogRow) -> bool:
        """Whether there is anything new in it."""
        watch = self._watches.get(row.id)
        if watch is None or watch.is_finishing:
            return False
        before = (watch.status, watch.last_number, watch.attempt, watch.number)
        # Two refreshes may overlap: the older neither turns back the state nor repeats a piece.
        if not watch.status.is_final:
            watch.status = GenerationStatus(row.status)
            watch.last_number = row.last_number
        watch.attempt = max(watch.attempt, row.current_attempt)
        if row.number is not None:
            watch.append_piece(TextPiece(row.number, row.attempt, row.text))
        return before != (watch.status, watch.last_number, watch.attempt, watch.number)
