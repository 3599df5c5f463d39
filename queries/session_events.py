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
from queries.pagination import LazyCursors, Page
from services.errors import InvalidInput
from services.limits import SLICE_DEFAULT
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query, model_columns
from storage.unnest import unnest_parameters

EVENT_COLUMNS = ("id", "session_id", "kind", "actor_id", "detail", "at")


#: Beyond the id of every event.
NO_EVENT = 2**63 - 1


class EventRange(NamedTuple):
    """So many events of a session with ids between `low` and `high`, both excluded."""

    session_id: UUID
    low: int
    high: int
    size: int


class EventWindow(NamedTuple):
    """A page of events, and one more that shows whether the list goes on behind it."""

    range: EventRange
    #: Counted from the end of the range, not from its start.
    is_backward: bool


def event_window(
    session_id: UUID,
    *,
    first: int | None,
    after: int | None,
    last: int | None,
    before: int | None,
) -> EventWindow:
    """Raises PageTooLarge, InvalidInput."""
    if first is not None and last is not None:
        raise InvalidInput("Ask for `first` or for `last`, not for both.", "last")
    if last is None:
        size = pagination.page_size(first, default=SLICE_DEFAULT)
    else:
        size = pagination.page_size(last, default=SLICE_DEFAULT, name="last")
    high = NO_EVENT if before is None else before
    return EventWindow(EventRange(session_id, after or 0, high, size + 1), last is not None)


def event_page(
    window: EventWindow, found: Sequence[SessionEvent], encode_id: Callable[[int], str]
) -> Page[SessionEvent]:
    """A page of the events that a window found; `encode_id` makes the cursor of an event."""

    def cursor_of(row: SessionEvent) -> str:
        return encode_id(row.id)

    (_, low, high, size), is_backward = window
    has_more, has_low, has_high = len(found) == size, low > 0, high < NO_EVENT
    rows = found[: size - 1]
    if is_backward:
        rows = rows[::-1]
        return Page(rows, LazyCursors(rows, cursor_of), has_high, has_more or has_low)
    return Page(rows, LazyCursors(rows, cursor_of), has_more or has_high, has_low)


def event_ranges_query(*, is_backward: bool) -> Query[Any]:
    ranges = unnest_parameters(session_id=Uuid, low=BigInteger, high=BigInteger, size=Integer)
    id = SessionEvent.id
    event = (
        select(*model_columns(SessionEvent, *EVENT_COLUMNS))
        .where(
            SessionEvent.session_id == ranges.c.session_id,
            SessionEvent.account_id == ACCOUNT_ID,
            id > ranges.c.low,
            id < ranges.c.high,
        )
        .order_by(id.desc() if is_backward else id)
        .limit(ranges.c.size)
        .lateral("event")
    )
    selected = select(ranges.c.low, ranges.c.high, ranges.c.size, *event.c)
    ordered = event.c.id.desc() if is_backward else event.c.id
    return Query(selected.join(event, true()).order_by(ordered), SessionEvent)


#: Parameters: session_id, low, high, size, account_id.
FIRST_EVENTS = event_ranges_query(is_backward=False)
LAST_EVENTS = event_ranges_query(is_backward=True)
#: Parameters: keys (ids of sessions), account_id.
EVENT_COUNTS: Query[Any] = Query(
    select_by_keys(SessionEvent, "session_id", "session_id")
    .add_columns(func.count().label("total"))
    .group_by(SessionEvent.session_id)
)
EVENTS = query_by_id(SessionEvent, *EVENT_COLUMNS[1:], kind=BigInteger)

load_events_by_id: Loader[int, SessionEvent] = create_row_loader(EVENTS)
load_first_events: Loader[EventRange, list[SessionEvent]] = create_range_loader(
    FIRST_EVENTS, EventRange
)
load_last_events: Loader[EventRange, list[SessionEvent]] = create_range_loader(
    LAST_EVENTS, EventRange
)


async def load_session_events(
    db: Reader, windows: Sequence[EventWindow]
) -> dict[EventWindow, list[SessionEvent]]:
    """The events of each window: from its end those that are counted from there. One statement
    for each of the two directions."""
    found: dict[EventWindow, list[SessionEvent]] = {}
    for is_backward, load in ((False, load_first_events), (True, load_last_events)):
        ranges = [each.range for each in windows if each.is_backward is is_backward]
        if ranges:
            loaded = await load(db, ranges)
            found |= {EventWindow(each, is_backward): rows for each, rows in loaded.items()}
    return found


async def count_session_events(db: Reader, session_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Numbers of events by session; a session without events is left out."""
    return dict(await db.fetch_rows(EVENT_COUNTS, keys=session_ids, account_id=db.account_id))
