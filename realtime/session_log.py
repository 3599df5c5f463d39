"""The two sources of session feeds: the turns of a chat, and the events of a session."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import models
from queries import session_log
from realtime.session_feed import LogPage
from realtime.single_flight import SingleFlight
from storage.outages import retry_while_database_down
from storage.reader import Reader


@dataclass(frozen=True, slots=True)
class StartedTurn:
    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class SessionEventItem:
    """An event of a session, with its results for subscribers that requested the same."""

    row: models.SessionEvent
    shared_results: SingleFlight[Any] = field(
        default_factory=SingleFlight, init=False, compare=False
    )

    @property
    def number(self) -> int:
        return self.row.id


@dataclass(frozen=True, slots=True)
class ChatTurnSource:
    """Reads the turns of the chats of one account."""

    db: Reader

    @retry_while_database_down
    async def read_newest(self, session_id: UUID) -> int:
        return await session_log.find_newest_turn_number(self.db, session_id)

    @retry_while_database_down
    async def read_after(self, session_id: UUID, number: int) -> LogPage[StartedTurn]:
        """The next turn. The last page is that of a closed or deleted session."""
        row = await session_log.find_turn_after(self.db, session_id, number)
        if row is None:
            return LogPage([], is_last=True)
        if row.turn_id is None:
            return LogPage([], is_last=row.status.is_closed)
        return LogPage([StartedTurn(row.turn_id, row.position)], is_last=False)


@dataclass(frozen=True, slots=True)
class SessionEventSource:
    """Reads the events of the sessions of one account."""

    db: Reader

    @retry_while_database_down
    async def read_newest(self, session_id: UUID) -> int:
        return await session_log.find_newest_event_number(self.db, session_id)

    @retry_while_database_down
    async def read_after(self, session_id: UUID, number: int) -> LogPage[SessionEventItem]:
        """The next events. The last page is that of a deleted session."""
        rows = await session_log.fetch_events_after(self.db, session_id, number)
        return LogPage([SessionEventItem(row) for row in rows or ()], is_last=rows is None)
