"""What clients can subscribe to: a generation, the generations of a chat, the events of a session.

No database connection is held while a subscriber waits, and a read serves all subscribers of this
process. A subscription is a sequence of event batches: a new batch begins where something must be
done for one subscriber alone. Closing a subscription closes all that it holds.
"""

from collections.abc import AsyncGenerator
from functools import partial
from typing import TypeVar
from uuid import UUID

import models
from models import GenerationStatus
from queries import session_log
from realtime.broadcast import EventBatch, batch_of
from realtime.dashboard import DashboardFeeds
from realtime.generation_events import GenerationMoment, follow_watch
from realtime.generation_watch import GenerationWatch, GenerationWatches
from realtime.session_feed import FeedCursor
from realtime.session_log import ChatTurnFeed, SessionEventFeed, SessionEventItem
from realtime.shared_feed import SharedFeeds
from services.channels import Channel
from services.errors import InvalidCursor, NotFound, WrongSessionType
from services.principal import Principal
from storage.notifications import NotificationHub
from storage.reader import Reader
from storage.transactions import Tenancy

Row = TypeVar("Row")

#: The position of a subscriber: a generation, and the number of the last delta received.
GenerationCursor = tuple[UUID, int]


class SubscriptionService:
    """The subscriptions of one process."""

    def __init__(
        self,
        tenancy: Tenancy,
        watches: GenerationWatches,
        hub: NotificationHub,
        dashboards: DashboardFeeds,
    ) -> None:
        self._tenancy = tenancy
        self._watches = watches
        self.dashboards = dashboards
        self.turns: SharedFeeds[ChatTurnFeed] = SharedFeeds(hub, Channel.SESSION)
        self.events: SharedFeeds[SessionEventFeed] = SharedFeeds(hub, Channel.SESSION)

    async def follow_generation(
        self, principal: Principal, generation_id: UUID, after: GenerationCursor | None
    ) -> AsyncGenerator[EventBatch[GenerationMoment]]:
        """A generation of any kind, to its end. Raises NotFound, InvalidCursor."""
        if not self._watches.is_owned_here(generation_id, principal.account_id):
            db = self._tenancy.reader(principal.account_id)
            require_found(await session_log.find_generation_place(db, generation_id), "generation")
        if after is not None and after[0] != generation_id:
            raise InvalidCursor
        number = after[1] if after else None
        async with self._watches.subscribe(generation_id, principal.account_id, number) as watch:
            check_position(watch, number)
            yield follow_watch(watch, number)

    async def follow_chat(
        self, principal: Principal, session_id: UUID, after: GenerationCursor | None
    ) -> AsyncGenerator[EventBatch[GenerationMoment]]:
        """The generations of a chat, turn after turn, until the session is closed.

        Raises NotFound, WrongSessionType, InvalidCursor.
        """
        db = self._tenancy.reader(principal.account_id)
        session = require_found(await session_log.find_session_type(db, session_id), "session")
        if session.session_type is not models.SessionType.CHAT:
            raise WrongSessionType(models.SessionType.CHAT)
        number = await find_start_number(db, session_id)
        if after is not None:
            found = await session_log.find_generation_place(db, after[0])
            generation = require_found(found, "generation")
            if generation.session_id != session_id:
                raise InvalidCursor
            async with self._watches.subscribe(
                generation.id, principal.account_id, after[1]
            ) as watch:
                check_position(watch, after[1])
                yield follow_watch(watch, after[1])
            number = generation.position
        create = partial(ChatTurnFeed, db, session_id)
        is_closed = False
        while not is_closed:
            async with self.turns.subscribe(session_id, create) as feed:
                while turn := await feed.wait_for_turn_after(number):
                    async with self._watches.subscribe(
                        turn.generation_id, principal.account_id, None
                    ) as watch:
                        yield follow_watch(watch, None)
                    number = turn.number
            # The session may have been reopened while the subscriber followed its last turn.
            is_closed = (await feed.read_after(number)).is_last

    async def follow_session(
        self, principal: Principal, session_id: UUID, after: int | None
    ) -> AsyncGenerator[EventBatch[SessionEventItem]]:
        """The events of a session from now on, or behind an earlier event.

        Raises NotFound, InvalidCursor.
        """
        db = self._tenancy.reader(principal.account_id)
        require_found(await session_log.find_session_type(db, session_id), "session")
        create = partial(SessionEventFeed, db, session_id)
        async with self.events.subscribe(session_id, create) as feed:
            number = after
            if number is None or number > feed.number:
                newest = await feed.read_newest()
                if number is not None and number > newest:
                    # Of a database that has been restored since: what follows would be skipped.
                    raise InvalidCursor
                number = newest if number is None else number
            while not (feed.is_over and number >= feed.number):
                if number < feed.floor:
                    missed, is_deleted = await feed.read_after(number)
                    if is_deleted:
                        return
                    yield batch_of(missed)
                    number = missed[-1].number if missed else feed.floor
                cursor = FeedCursor(feed, number)
                yield cursor.batch
                number = cursor.number


def check_position(watch: GenerationWatch, number: int | None) -> None:
    """A viewer cannot have received more than the log of a running generation has: the next text
    would be skipped. Raises InvalidCursor."""
    is_running = not (watch.status.is_final or watch.is_finishing or watch.is_deleted)
    if number is not None and is_running and number > watch.number:
        raise InvalidCursor


async def find_start_number(db: Reader, session_id: UUID) -> int:
    """A subscriber without a cursor starts at the running turn, else behind the last one."""
    last = await session_log.find_last_turn(db, session_id)
    if last is None:
        return 0
    return last.position - (1 if last.status is GenerationStatus.RUNNING else 0)


def require_found(row: Row | None, what: str) -> Row:
    """Raises NotFound."""
    if row is None:
        raise NotFound(what)
    return row
