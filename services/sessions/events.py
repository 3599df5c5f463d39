"""Facts about a session, written in the transaction that makes them true."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Uuid, any_, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import SessionEventKind
from queries import pagination
from queries.pagination import Page
from services.limits import PAGE_DEFAULT
from services.sessions.pending_changes import PendingEvent, SessionChange
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork
from storage import unnest
from storage.orm_loading import set_committed
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param


def record_event(
    work: UnitOfWork,
    session: models.AISession,
    kind: SessionEventKind,
    /,
    *,
    by_assistant: bool = False,
    actor_id: UUID | None = None,
    **detail: Any,
) -> SessionChange:
    """Note what happened, in the session's trail and in its version; the caller has done it,
    unless somebody else is named."""
    actor = None if by_assistant else actor_id or work.principal.user_id
    work.events.append(PendingEvent(session.id, kind, actor, detail))
    return bump_version(work, session)


def bump_version(work: UnitOfWork, session: models.AISession) -> SessionChange:
    """Every write to a locked session comes through here: its version grows, and viewers look
    again."""
    set_committed(session, state_version=session.state_version + 1, updated_at=utc_now())
    work.touched_sessions.add(session.id)
    return work.change_for(session)


class Stretch(NamedTuple):
    """Which events of a session: those behind `last`, at most `size`."""

    session_id: UUID
    last: int
    size: int


def stretch(session_id: UUID, *, first: int | None, after: str | None) -> Stretch:
    """One more than was asked for, to see whether there are more.

    Raises PageTooLarge, CursorInvalid.
    """
    last = pagination.decode_cursor(after, int)[0] if after is not None else 0
    return Stretch(session_id, last, pagination.page_size(first, default=PAGE_DEFAULT) + 1)


COLUMNS = ("id", "session_id", "kind", "actor_id", "detail", "at")


def behind() -> Query[Any]:
    wanted = unnest.unnest_parameters(session_ids=Uuid, last=BigInteger, size=Integer)
    row = models.SessionEvent
    found = (
        select(*model_columns(row, *COLUMNS))
        .where(
            row.session_id == wanted.c.session_ids,
            row.account_id == ACCOUNT_ID,
            row.id > wanted.c.last,
        )
        .order_by(row.id)
        .limit(wanted.c.size)
        .lateral("event")
    )
    return Query(
        select(wanted.c.last, wanted.c.size, *found.c).join(found, true()).order_by(found.c.id),
        row,
    )


BEHIND = behind()


async def read(
    db: Reader, account_id: UUID, stretches: Sequence[Stretch]
) -> dict[Stretch, list[models.SessionEvent]]:
    """Events of several sessions, oldest first, in one statement."""
    found: dict[Stretch, list[models.SessionEvent]] = {s: [] for s in stretches}
    rows = await db.fetch_rows(
        BEHIND,
        session_ids=[s.session_id for s in found],
        last=[s.last for s in found],
        size=[s.size for s in found],
        account_id=account_id,
    )
    for row in rows:
        found[Stretch(row.session_id, row.last, row.size)].append(row)
    return found


def page(asked: Stretch, rows: Sequence[models.SessionEvent]) -> Page[models.SessionEvent]:
    size = asked.size - 1
    return Page(
        rows[:size],
        [pagination.encode_cursor(row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=asked.last > 0,
    )


COUNTS: Query[Any] = Query(
    select(models.SessionEvent.session_id, func.count().label("total"))
    .where(
        models.SessionEvent.session_id == any_(param("keys", ARRAY(Uuid))),
        models.SessionEvent.account_id == ACCOUNT_ID,
    )
    .group_by(models.SessionEvent.session_id)
)


async def counts(db: Reader, account_id: UUID, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    return dict(await db.fetch_rows(COUNTS, keys=session_ids, account_id=account_id))
