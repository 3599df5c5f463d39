"""The two session feeds: the turns of a chat, and the events of a session."""

from dataclasses import dataclass
from uuid import UUID

import models
from queries import session_log
from realtime.broadcast import SharedEvent
from realtime.session_feed import LogPage, SessionFeed
from storage.outages import retry_while_database_down


@dataclass(frozen=True, slots=True)
class StartedTurn:
    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class SessionEventItem(SharedEvent):
    """An event of a session."""

    row: models.SessionEvent

    @property
    def number(self) -> int:
        return self.row.id


class ChatTurnFeed(SessionFeed[StartedTurn]):
    """The turns of a chat, until it is closed or deleted."""

    @retry_while_database_down
    async def read_newest(self) -> int:
        return await session_log.find_newest_turn_number(self._db, self._session_id)

    @retry_while_database_down
    async def read_after(self, number: int) -> LogPage[StartedTurn]:
        row = await session_log.find_turn_after(self._db, self._session_id, number)
        if row is None:
            return LogPage([], is_last=True)
        if row.turn_id is None:
            return LogPage([], is_last=row.status.is_closed)
        return LogPage([StartedTurn(row.turn_id, row.position)], is_last=False)

    async def wait_for_turn_after(self, number: int) -> StartedTurn | None:
        """The turn after a number, once it has started; None once the session is closed."""
        while True:
            if number < self.floor:
                missed = await self.read_after(number)
                if missed.items:
                    return missed.items[0]
                number = self.floor
            elif (turn := self.item_after(number)) is not None:
                return turn
            elif self.is_over:
                return None
            else:
                await self.subscribers.wait()


class SessionEventFeed(SessionFeed[SessionEventItem]):
    """The events of a session, until it is deleted."""

    @retry_while_database_down
    async def read_newest(self) -> int:
        return await session_log.find_newest_event_number(self._db, self._session_id)

    @retry_while_database_down
    async def read_after(self, number: int) -> LogPage[SessionEventItem]:
        rows = await session_log.fetch_events_after(self._db, self._session_id, number)
        return LogPage([SessionEventItem(row) for row in rows or ()], is_last=rows is None)
