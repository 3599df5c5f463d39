"""What happens in a session, where it is written down: read in order, from a number on."""

from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, and_, func, select, true

import models
from models import TURNS, GenerationStatus
from realtime.session_feed import Batch
from realtime.single_flight import Once
from services.sessions import events
from storage.outages import until_the_database_is_back
from storage.reader import Reading
from storage.statements import ACCOUNT, Read, columns, named

EVENTS_AT_ONCE = 100

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Turn:
    generation_id: UUID
    number: int


@dataclass(frozen=True, slots=True)
class Happened:
    row: models.SessionEvent
    #: What viewers are told of it, worked out once for those who want the same of it.
    told: Once[Any] = field(default_factory=Once, init=False, compare=False)

    @property
    def number(self) -> int:
        return self.row.id


T, S, E = models.Generation, models.AISession, models.SessionEvent
SESSION = named("session_id", Uuid())
NUMBER: Any = named("number", BigInteger())

#: Those that have begun: a message that waits is none yet, and one that was taken back never was.
IS_TURN = (T.kind.in_(TURNS), T.status != GenerationStatus.QUEUED, T.owner.is_not(None))
NEWEST_TURN: Read[Any] = Read(
    select(func.max(T.position).label("newest")).where(
        T.session_id == SESSION, T.account_id == ACCOUNT, *IS_TURN
    )
)
NEXT_TURN = (
    select(T.id.label("turn_id"), T.position)
    .where(T.session_id == S.id, *IS_TURN, T.position > NUMBER)
    .order_by(T.position)
    .limit(1)
    .lateral()
)
TURN_PAST: Read[Any] = Read(
    select(S.status, *NEXT_TURN.c)
    .outerjoin(NEXT_TURN, true())
    .where(S.id == SESSION, S.account_id == ACCOUNT)
)
NEWEST_EVENT: Read[Any] = Read(
    select(func.max(E.id).label("newest")).where(E.session_id == SESSION, E.account_id == ACCOUNT)
)
EVENTS_PAST: Read[models.SessionEvent] = Read(
    select(*columns(E, *events.COLUMNS))
    .select_from(S)
    .outerjoin(E, and_(E.session_id == S.id, E.id > NUMBER))
    .where(S.id == SESSION, S.account_id == ACCOUNT)
    .order_by(E.id)
    .limit(EVENTS_AT_ONCE),
    E,
)


@dataclass(frozen=True, slots=True)
class TurnLog:
    """Of the chats of an account, in their order."""

    database: Reading

    @until_the_database_is_back
    async def newest(self, session_id: UUID) -> int:
        return await newest(self.database, NEWEST_TURN, session_id)

    @until_the_database_is_back
    async def past(self, session_id: UUID, number: int) -> Batch[Turn]:
        """The next one; none will come once the session is closed or gone."""
        for row in await past(self.database, TURN_PAST, session_id, number):
            if row.turn_id is None:
                return Batch([], is_last=row.status.is_closed)
            return Batch([Turn(row.turn_id, row.position)], is_last=False)
        return Batch([], is_last=True)


@dataclass(frozen=True, slots=True)
class EventLog:
    """What has happened to the sessions of an account."""

    database: Reading

    @until_the_database_is_back
    async def newest(self, session_id: UUID) -> int:
        return await newest(self.database, NEWEST_EVENT, session_id)

    @until_the_database_is_back
    async def past(self, session_id: UUID, number: int) -> Batch[Happened]:
        """None will come once the session is gone."""
        found = await past(self.database, EVENTS_PAST, session_id, number)
        return Batch([Happened(row) for row in found if row.id is not None], is_last=not found)


async def newest(db: Reading, read: Read[Any], session_id: UUID) -> int:
    return await db.first(read, session_id=session_id, account_id=db.account_id) or 0


async def past(db: Reading, read: Read[Row], session_id: UUID, number: int) -> list[Row]:
    return await db.rows(read, session_id=session_id, account_id=db.account_id, number=number)
