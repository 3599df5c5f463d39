"""The audit trail of a session: its events, a page at a time."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Integer, Uuid, func, select, true

from models import SessionEvent
from queries import pagination
from queries.by_id import (
    Loader,
    create_range_loader,
    create_row_loader,
    query_by_id,
    select_by_keys,
)
from queries.pagination import Page
from services.limits import PAGE_DEFAULT
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns
from storage.unnest import unnest_parameters

EVENT_COLUMNS = ("id", "session_id", "kind", "actor_id", "detail", "at")


class EventRange(NamedTuple):
    """The first `size` events of a session after the event with the id `last`."""

    session_id: UUID
    last: int
    size: int


def event_range(session_id: UUID, *, first: int | None, last: int) -> EventRange:
    """The events of a page and one more, which shows whether there is a next page.

    Raises PageTooLarge.
    """
    return EventRange(session_id, last, pagination.page_size(first, default=PAGE_DEFAULT) + 1)


def event_page(
    asked: EventRange, rows: Sequence[SessionEvent], encode_id: Callable[[int], str]
) -> Page[SessionEvent]:
    """A page; `encode_id` makes the cursor of an event."""

    def cursor_of(row: SessionEvent) -> str:
        return encode_id(row.id)

    return Page.of(rows, asked.size - 1, cursor_of, has_previous=asked.last > 0)


def event_ranges_query() -> Query[Any]:
    ranges = unnest_parameters(session_id=Uuid, last=BigInteger, size=Integer)
    event = (
        select(*model_columns(SessionEvent, *EVENT_COLUMNS))
        .where(
            SessionEvent.session_id == ranges.c.session_id,
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


#: Parameters: session_id, last, size, account_id.
EVENT_RANGES = event_ranges_query()
#: Parameters: keys (ids of sessions), account_id.
EVENT_COUNTS: Query[Any] = Query(
    select_by_keys(SessionEvent, "session_id", "session_id")
    .add_columns(func.count().label("total"))
    .group_by(SessionEvent.session_id)
)
EVENTS = query_by_id(SessionEvent, *EVENT_COLUMNS[1:], kind=BigInteger)

load_events_by_id: Loader[int, SessionEvent] = create_row_loader(EVENTS)
#: Events by range, the oldest first.
load_session_events: Loader[EventRange, list[SessionEvent]] = create_range_loader(
    EVENT_RANGES, EventRange
)


async def count_session_events(db: Reader, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Numbers of events by session; a session without events is left out."""
    return dict(await db.fetch_rows(EVENT_COUNTS, keys=session_ids, account_id=db.account_id))
