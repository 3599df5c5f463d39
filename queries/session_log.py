"""What happens in a session, in order: its turns and its events, read from a number on."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, Uuid, and_, func, select, true

import models
from models import TURN_KINDS, GenerationStatus
from queries.session_events import EVENT_COLUMNS
from services.sessions.store import VISIBLE_SESSION
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param

Row = TypeVar("Row")

EVENTS_AT_ONCE = 100

T, S, E = models.Generation, models.AISession, models.SessionEvent
ID = param("id", Uuid())
SESSION_ID = param("session_id", Uuid())
NUMBER: Any = param("number", BigInteger())

#: Only turns that have started: not those in the queue, nor those that were removed from it.
IS_TURN = (T.kind.in_(TURN_KINDS), T.status != GenerationStatus.QUEUED, T.owner.is_not(None))
TURNS = select(T).where(T.session_id == SESSION_ID, T.account_id == ACCOUNT_ID, *IS_TURN)
NEWEST_TURN_NUMBER: Query[Any] = Query(
    TURNS.with_only_columns(func.max(T.position).label("newest"))
)
LAST_TURN: Query[models.Generation] = Query(
    TURNS.with_only_columns(T.position, T.status).order_by(T.position.desc()).limit(1), T
)
NEXT_TURN = (
    select(T.id.label("turn_id"), T.position)
    .where(T.session_id == S.id, *IS_TURN, T.position > NUMBER)
    .order_by(T.position)
    .limit(1)
    .lateral()
)
TURN_AFTER: Query[Any] = Query(
    select(S.status, *NEXT_TURN.c)
    .outerjoin(NEXT_TURN, true())
    .where(S.id == SESSION_ID, S.account_id == ACCOUNT_ID)
)
NEWEST_EVENT_NUMBER: Query[Any] = Query(
    select(func.max(E.id).label("newest")).where(
        E.session_id == SESSION_ID, E.account_id == ACCOUNT_ID
    )
)
EVENTS_AFTER: Query[models.SessionEvent] = Query(
    select(*model_columns(E, *EVENT_COLUMNS))
    .select_from(S)
    .outerjoin(E, and_(E.session_id == S.id, E.id > NUMBER))
    .where(S.id == SESSION_ID, S.account_id == ACCOUNT_ID)
    .order_by(E.id)
    .limit(EVENTS_AT_ONCE),
    E,
)
GENERATION_PLACE: Query[models.Generation] = Query(
    select(T.id, T.session_id, T.position).where(T.id == ID, T.account_id == ACCOUNT_ID), T
)
SESSION_TYPE: Query[models.AISession] = Query(
    VISIBLE_SESSION.with_only_columns(S.id, S.session_type), S
)


async def find_newest_turn_number(db: Reader, session_id: UUID) -> int:
    given = {"session_id": session_id, "account_id": db.account_id}
    return await db.fetch_value(NEWEST_TURN_NUMBER, **given) or 0


async def find_newest_event_number(db: Reader, session_id: UUID) -> int:
    given = {"session_id": session_id, "account_id": db.account_id}
    return await db.fetch_value(NEWEST_EVENT_NUMBER, **given) or 0


async def find_turn_after(db: Reader, session_id: UUID, number: int) -> Any | None:
    """The session's status with its next turn, if there is one; None if the session is deleted."""
    return await fetch_first(db, TURN_AFTER, session_id=session_id, number=number)


async def fetch_events_after(
    db: Reader, session_id: UUID, number: int
) -> Sequence[models.SessionEvent] | None:
    """The next events of a session; None if it is deleted."""
    given = {"session_id": session_id, "account_id": db.account_id, "number": number}
    rows = await db.fetch_rows(EVENTS_AFTER, **given)
    return [row for row in rows if row.id is not None] if rows else None


async def find_last_turn(db: Reader, session_id: UUID) -> models.Generation | None:
    """Position and status of the last turn of a session."""
    return await fetch_first(db, LAST_TURN, session_id=session_id)


async def find_generation_place(db: Reader, generation_id: UUID) -> models.Generation | None:
    """Session and position of a generation."""
    return await fetch_first(db, GENERATION_PLACE, id=generation_id)


async def find_session_type(db: Reader, session_id: UUID) -> models.AISession | None:
    """Id and type of a session that the account can see."""
    return await fetch_first(db, SESSION_TYPE, id=session_id)


async def fetch_first(db: Reader, query: Query[Row], **given: Any) -> Row | None:
    rows = await db.fetch_rows(query, account_id=db.account_id, **given)
    return rows[0] if rows else None
