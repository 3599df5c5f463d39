"""The audit trail of a session: its events, a page at a time."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Uuid, any_, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from models import SessionEvent
from queries import pagination
from queries.by_id import load_by_id, query_by_id
from queries.pagination import Page
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns, param
from storage.unnest import unnest_parameters

EVENT_COLUMNS = ("id", "session_id", "kind", "actor_id", "detail", "at")


class EventRange(NamedTuple):
    """The first `size` events of a session after the event with the id `last`."""

    session_id: UUID
    last: int
    size: int


def event_range(session_id: UUID, *, first: int | None, after: str | None) -> EventRange:
    """The events of a page and one more, which shows whether there is a next page.

    Raises PageTooLarge, InvalidCursor.
    """
    last = pagination.decode_cursor(after, int)[0] if after is not None else 0
    return EventRange(session_id, last, pagination.page_size(first, default=PAGE_DEFAULT) + 1)


def event_page(asked: EventRange, rows: Sequence[SessionEvent]) -> Page[SessionEvent]:
    size = asked.size - 1
    return Page(
        rows[:size],
        [pagination.encode_cursor(row.id) for row in rows[:size]],
        has_next=len(rows) > size,
        has_previous=asked.last > 0,
    )


def event_ranges_query() -> Query[Any]:
    ranges = unnest_parameters(session_ids=Uuid, last=BigInteger, size=Integer)
    event = (
        select(*model_columns(SessionEvent, *EVENT_COLUMNS))
        .where(
            SessionEvent.session_id == ranges.c.session_ids,
            SessionEvent.account_id == ACCOUNT_ID,
            SessionEvent.id > ranges.c.last,
        )
        .order_by(SessionEvent.id)
        .limit(ranges.c.size)
        .lateral("event")
    )
    return Query(
        select(ranges.c.last, ranges.c.size, *event.c).join(event, true()).order_by(event.c.id),
        SessionEvent,
    )


#: Parameters: session_ids, last, size, account_id.
EVENT_RANGES = event_ranges_query()
#: Parameters: session_ids, account_id.
EVENT_COUNTS: Query[Any] = Query(
    select(SessionEvent.session_id, func.count().label("total"))
    .where(
        SessionEvent.session_id == any_(param("session_ids", ARRAY(Uuid))),
        SessionEvent.account_id == ACCOUNT_ID,
    )
    .group_by(SessionEvent.session_id)
)
EVENTS = query_by_id(SessionEvent, *EVENT_COLUMNS[1:], kind=BigInteger)


async def load_session_events(
    db: Reader, principal: Principal, ranges: Sequence[EventRange]
) -> dict[EventRange, list[SessionEvent]]:
    """Events by range, the oldest first."""
    found: dict[EventRange, list[SessionEvent]] = {each: [] for each in ranges}
    rows = await db.fetch_rows(
        EVENT_RANGES,
        session_ids=[each.session_id for each in found],
        last=[each.last for each in found],
        size=[each.size for each in found],
        account_id=principal.account_id,
    )
    for row in rows:
        found[EventRange(row.session_id, row.last, row.size)].append(row)
    return found


async def count_session_events(
    db: Reader, principal: Principal, session_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Numbers of events by session; a session without events is left out."""
    account_id = principal.account_id
    rows = await db.fetch_rows(EVENT_COUNTS, session_ids=session_ids, account_id=account_id)
    return dict(rows)


async def load_events_by_id(
    db: Reader, principal: Principal, ids: Sequence[int]
) -> dict[int, SessionEvent]:
    return await load_by_id(db, principal, EVENTS, ids)
