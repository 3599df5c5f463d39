"""What happens in a session, where it is written down: read in order, from a number on."""

from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, and_, func, select, true

import models
from models import TURN_KINDS, GenerationStatus
from realtime.session_feed import LogPage
from realtime.single_flight import SingleFlight
from services.sessions import events
from storage.outages import retry_while_database_down
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param

EVENTS_AT_ONCE = 100

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class StartedTurn:
    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class SessionEventItem:
    row: models.SessionEvent
    #: What viewers are told of it, worked out once for those who want the same of it.
    shared_results: SingleFlight[Any] = field(
        default_factory=SingleFlight, init=False, compare=False
    )

    @property
    def number(self) -> int:
        return self.row.id


T, S, E = models.Generation, models.AISession, models.SessionEvent
SESSION = param("session_id", Uuid())
NUMBER: Any = param("number", BigInteger())

#: Those that have begun: a message that waits is none yet, and one that was taken back never was.
IS_TURN = (T.kind.in_(TURN_KINDS), T.status != GenerationStatus.QUEUED, T.owner.is_not(None))
NEWEST_TURN: Query[Any] = Query(
    select(func.max(T.position).label("newest")).where(
        T.session_id == SESSION, T.account_id == ACCOUNT_ID, *IS_TURN
    )
)
NEXT_TURN = (
    select(T.id.label("turn_id"), T.position)
    .where(T.session_id == S.id, *IS_TURN, T.position > NUMBER)
    .order_by(T.position)
    .limit(1)
    .lateral()
)
TURN_PAST: Query[Any] = Query(
    select(S.status, *NEXT_TURN.c)
    .outerjoin(NEXT_TURN, true())
    .where(S.id == SESSION, S.account_id == ACCOUNT_ID)
)
NEWEST_EVENT: Query[Any] = Query(
    select(func.max(E.id).label("newest")).where(
        E.session_id == SESSION, E.account_id == ACCOUNT_ID
    )
)
EVENTS_PAST: Query[models.SessionEvent] = Query(
    select(*model_columns(E, *events.COLUMNS))
    .select_from(S)
    .outerjoin(E, and_(E.session_id == S.id, E.id > NUMBER))
    .where(S.id == SESSION, S.account_id == ACCOUNT_ID)
    .order_by(E.id)
    .limit(EVENTS_AT_ONCE),
    E,
)


@dataclass(frozen=True, slots=True)
class TurnLog:
    """Of the chats of an account, in their order."""

    database: Reader

    @retry_while_database_down
    async def newest(self, session_id: UUID) -> int:
        return await newest(self.database, NEWEST_TURN, session_id)

    @retry_while_database_down
    async def past(self, session_id: UUID, number: int) -> LogPage[StartedTurn]:
        """The next one; none will come once the session is closed or gone."""
        for row in await past(self.database, TURN_PAST, session_id, number):
            if row.turn_id is None:
                return LogPage([], is_last=row.status.is_closed)
            return LogPage([StartedTurn(row.turn_id, row.position)], is_last=False)
        return LogPage([], is_last=True)


@dataclass(frozen=True, slots=True)
class EventLog:
    """What has happened to the sessions of an account."""

    database: Reader

    @retry_while_database_down
    async def newest(self, session_id: UUID) -> int:
        return await newest(self.database, NEWEST_EVENT, session_id)

    @retry_while_database_down
    async def past(self, session_id: UUID, number: int) -> LogPage[SessionEventItem]:
        """None will come once the session is gone."""
        found = await past(self.database, EVENTS_PAST, session_id, number)
        return LogPage(
            [SessionEventItem(row) for row in found if row.id is not None], is_last=not found
        )


async def newest(db: Reader, read: Query[Any], session_id: UUID) -> int:
    return await db.fetch_value(read, session_id=session_id, account_id=db.account_id) or 0


async def past(db: Reader, read: Query[Row], session_id: UUID, number: int) -> list[Row]:
    return await db.fetch_rows(read, session_id=session_id, account_id=db.account_id, number=number)
