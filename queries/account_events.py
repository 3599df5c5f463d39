"""What happened in an account, in an order that misses nothing.

Ids are given before the commit: a reader that goes by them skips whoever commits late. So events
are ordered by their transaction first, and read only up to the oldest one that still runs. See
docs/adr/0015.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, DateTime, Text, Uuid, text

from models import SessionEventKind
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query

#: The oldest transaction that writes in this database, or has locked a row to write it: all before
#: it have ended, and what they wrote is seen by the next statement. `pg_snapshot_xmin` would wait
#: for those of every other database of the server too. Locks know a transaction by the lower half
#: of its number.
HORIZON: Query[Any] = Query(
    text(
        """
        WITH newest AS MATERIALIZED (
            SELECT (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint AS xact
        ), locks AS MATERIALIZED (
            SELECT pid, locktype, database, mode, (transactionid::text)::bigint AS half
            FROM pg_locks WHERE granted
        ), writing AS (
            SELECT newest.xact - ((newest.xact - half) & 4294967295) AS xact
            FROM newest CROSS JOIN locks WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock'
                AND pid IN (SELECT pid FROM locks WHERE locktype = 'relation'
                    AND mode IN ('RowShareLock', 'RowExclusiveLock')
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        )
        SELECT least(newest.xact, (SELECT min(xact) FROM writing)) AS xact, now() AS at FROM newest
        """
    ).columns(xact=BigInteger, at=DateTime(timezone=True))
)

#: Both in the order of their indexes.
EVENTS_AFTER: Query[Any] = Query(
    text(
        """
        SELECT xact_id, id, session_id, kind,
            xact_id < :horizon AS is_settled
        FROM (
            (SELECT xact_id, id, session_id, kind FROM ai_session_events
            WHERE account_id = :account_id AND (xact_id, id) > (:xact, :id)
            ORDER BY xact_id, id LIMIT :most)
            UNION ALL
            (SELECT xact_id, id, session_id, 'deleted' FROM deleted_sessions
            WHERE account_id = :account_id AND (xact_id, id) > (:xact, :id)
            ORDER BY xact_id, id LIMIT :most)
        ) AS events
        ORDER BY xact_id, id LIMIT :most
        """
    )
    .bindparams(ACCOUNT_ID)
    .columns(xact_id=BigInteger, id=BigInteger, session_id=Uuid, kind=Text, is_settled=Boolean)
)
HAS_STARTED: Query[Any] = Query(
    text(
        "SELECT :xact <= (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint AS has_been"
    ).columns(has_been=Boolean)
)


class EventPosition(NamedTuple):
    """A place behind an event: its transaction, and its id."""

    xact: int
    id: int


class AccountEvent(NamedTuple):
    position: EventPosition
    session_id: UUID
    kind: SessionEventKind


class AccountEventPage(NamedTuple):
    events: Sequence[AccountEvent]
    #: There is more already, behind a transaction that still runs or beyond what was asked for.
    has_more: bool


async def load_events_after(
    db: Reader, account_id: UUID, after: EventPosition, *, most: int
) -> AccountEventPage:
    """Events behind a place, as far as nothing can come in between any more."""
    horizon = await db.fetch_value(HORIZON)
    rows = await db.fetch_rows(
        EVENTS_AFTER,
        horizon=horizon,
        account_id=account_id,
        xact=after.xact,
        id=after.id,
        most=most,
    )
    events = [
        AccountEvent(EventPosition(row.xact_id, row.id), row.session_id, SessionEventKind(row.kind))
        for row in rows
        if row.is_settled
    ]
    return AccountEventPage(events, len(events) < len(rows) or len(rows) == most)


#: Of several things that happened to a session, the one to tell.
SIGNIFICANCE = {
    SessionEventKind.DELETED: 3,
    **dict.fromkeys(
        (
            SessionEventKind.CREATED,
            SessionEventKind.ESCALATED,
            SessionEventKind.CLAIMED,
            SessionEventKind.RESOLVED,
            SessionEventKind.ABANDONED,
            SessionEventKind.REOPENED,
            SessionEventKind.PAUSED,
            SessionEventKind.RESUMED,
        ),
        2,
    ),
    SessionEventKind.GENERATION_STARTED: 0,
    SessionEventKind.GENERATION_FINISHED: 0,
}


def most_significant_event(kinds: Sequence[SessionEventKind]) -> SessionEventKind:
    """The last of those that weigh most."""
    return max(enumerate(kinds), key=lambda each: (SIGNIFICANCE.get(each[1], 1), each[0]))[1]
