"""What viewers follow: the answers of a chat, one answer, the events of a session.

No database connection is held while waiting, and what many of them wait for is read once for all.
A stream comes in runs, one for each stretch in which there is nothing to do for one viewer alone.
Every inner stream is closed with the one that reads it, so a viewer who leaves leaves nothing
behind.
"""

from collections.abc import AsyncGenerator
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Uuid, select

import models
from models import GenerationStatus
from realtime.broadcast import EventBatch, batch_of
from realtime.dashboard import DashboardFeeds
from realtime.generation_events import GenerationMoment, follow_watch
from realtime.generation_watch import GenerationWatches
from realtime.session_feed import SessionFeed, SessionFeeds
from realtime.session_log import IS_TURN, EventLog, SessionEventItem, StartedTurn, TurnLog
from services.errors import InvalidCursor, NotFound, WrongSessionType
from services.principal import Principal
from services.sessions import access
from storage.notifications import NotificationHub
from storage.statements import ACCOUNT_ID, Query, param
from storage.tenancy import Tenancy

Row = TypeVar("Row")

#: A viewer's place: which generation, and the number reached in it.
GenerationCursor = tuple[UUID, int]


T, S = models.Generation, models.AISession
ID = param("id", Uuid())

GENERATION: Query[models.Generation] = Query(
    select(T.id, T.session_id, T.position).where(T.id == ID, T.account_id == ACCOUNT_ID), T
)
SESSION: Query[models.AISession] = Query(access.VISIBLE.with_only_columns(S.id, S.session_type), S)
LAST_TURN: Query[models.Generation] = Query(
    select(T.position, T.status)
    .where(T.session_id == ID, T.account_id == ACCOUNT_ID, *IS_TURN)
    .order_by(T.position.desc())
    .limit(1),
    T,
)


class SubscriptionService:
    """One per process."""

    def __init__(
        self,
        tenancy: Tenancy,
        watches: GenerationWatches,
        switchboard: NotificationHub,
        boards: DashboardFeeds,
    ) -> None:
        self.tenancy = tenancy
        self.watches = watches
        self.dashboards = boards
        self.turns: SessionFeeds[StartedTurn] = SessionFeeds(switchboard)
        self.events: SessionFeeds[SessionEventItem] = SessionFeeds(switchboard)

    async def follow_generation(
        self, principal: Principal, generation_id: UUID, after: GenerationCursor | None
    ) -> AsyncGenerator[EventBatch[GenerationMoment]]:
        """One answer of any kind, to its end. Raises NotFound, CursorInvalid."""
        if not self.watches.is_owned_here(generation_id, principal.account_id):
            await self._find(principal, generation_id)
        if after is not None and after[0] != generation_id:
            raise InvalidCursor
        number = after[1] if after else None
        async with self.watches.watching(generation_id, number) as watch:
            yield follow_watch(watch, number)

    async def follow_chat(
        self, principal: Principal, session_id: UUID, after: GenerationCursor | None
    ) -> AsyncGenerator[EventBatch[GenerationMoment]]:
        """The answers of a chat, turn after turn, until the session is closed.

        Raises NotFound, WrongSessionType, CursorInvalid.
        """
        await self._check_is_chat(principal, session_id)
        number = await self._number_before_the_running_turn(principal, session_id)
        if after is not None:
            generation = await self._find(principal, after[0])
            if generation.session_id != session_id:
                raise InvalidCursor
            async with self.watches.watching(generation.id, after[1]) as watch:
                yield follow_watch(watch, after[1])
            number = generation.position
        log = TurnLog(self.tenancy.reader(principal.account_id))
        is_closed = False
        while not is_closed:
            async with self.turns.watching(session_id, log) as feed:
                while turn := await wait_for_next_turn(feed, log, session_id, number):
                    async with self.watches.watching(turn.generation_id, None) as watch:
                        yield follow_watch(watch, None)
                    number = turn.number
            # While the last answer was followed, it may have been opened again.
            is_closed = (await log.past(session_id, number)).is_last

    async def follow_session(
        self, principal: Principal, session_id: UUID, after: int | None
    ) -> AsyncGenerator[EventBatch[SessionEventItem]]:
        """What happens to a session from now on, or from an earlier event on. Raises NotFound."""
        await self._find_session(principal, session_id)
        log = EventLog(self.tenancy.reader(principal.account_id))
        number = await log.newest(session_id) if after is None else after
        async with self.events.watching(session_id, log) as feed:
            while not (feed.is_over and number >= feed.number):
                if number < feed.floor:
                    missed, is_gone = await log.past(session_id, number)
                    if is_gone:
                        return
                    yield batch_of(missed)
                    number = missed[-1].number if missed else feed.floor
                trail = feed.behind(number)
                yield trail.run
                number = trail.number

    async def _find(self, principal: Principal, generation_id: UUID) -> models.Generation:
        found = await self._read(principal, GENERATION, id=generation_id)
        if not found:
            raise NotFound("generation")
        return found[0]

    async def _check_is_chat(self, principal: Principal, session_id: UUID) -> None:
        session = await self._find_session(principal, session_id)
        if session.session_type is not models.SessionType.CHAT:
            raise WrongSessionType(models.SessionType.CHAT)

    async def _find_session(self, principal: Principal, session_id: UUID) -> models.AISession:
        found = await self._read(principal, SESSION, id=session_id)
        if not found:
            raise NotFound("session")
        return found[0]

    async def _number_before_the_running_turn(self, principal: Principal, session_id: UUID) -> int:
        """Where a viewer without a cursor begins: at the answer being written, else behind all."""
        for last in await self._read(principal, LAST_TURN, id=session_id):
            is_running = last.status is GenerationStatus.RUNNING
            return last.position - 1 if is_running else last.position
        return 0

    async def _read(self, principal: Principal, read: Query[Row], **given: Any) -> list[Row]:
        account_id = principal.account_id
        return await self.tenancy.reader(account_id).fetch_rows(
            read, account_id=account_id, **given
        )


async def wait_for_next_turn(
    feed: SessionFeed[StartedTurn], log: TurnLog, session_id: UUID, number: int
) -> StartedTurn | None:
    """The one behind a number, whenever that is; None once the session is closed."""
    while True:
        if number < feed.floor:
            missed = await log.past(session_id, number)
            if missed.items:
                return missed.items[0]
            number = feed.floor
        elif (turn := feed.past(number)) is not None:
            return turn
        elif feed.is_over:
            return None
        else:
            await feed.audience.wait()
