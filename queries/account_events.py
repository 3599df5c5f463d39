"""The events of an account, in an order in which a reader misses none.

Ids are assigned before the commit, so a reader that orders by id skips events that commit late.
Events are ordered by (transaction id, id) and read up to the oldest running transaction. See
docs/adr/0015.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Text, Uuid, text

from models import SessionEventKind
from services.sessions.store import TOMBSTONES_KEPT_FOR
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query

#: The oldest running transaction that writes to this database or has locked a row: the next
#: statement sees everything written before it. `pg_snapshot_xmin` would also wait for transactions
#: of the server's other databases. `pg_locks` has the lower 32 bits of a transaction id. It is read
#: after the snapshot: a transaction that has begun in between is newer, not 2^32 older.
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
                AND (newest.xact - half) & 4294967295 < 2147483648
        )
        SELECT least(newest.xact, (SELECT min(xact) FROM writing)) AS xact FROM newest
        """
    ).columns(xact=BigInteger)
)

#: Each part of the union reads an index in its order.
#: Parameters: account_id, xact, id (of the position), horizon, limit.
EVENTS_AFTER: Query[Any] = Query(
    text(
        """
        SELECT xact_id, id, session_id, kind,
            xact_id < :horizon AS is_settled
        FROM (
            (SELECT xact_id, id, session_id, kind FROM ai_session_events
            WHERE account_id = :account_id AND (xact_id, id) > (:xact, :id)
            ORDER BY xact_id, id LIMIT :limit)
            UNION ALL
            (SELECT xact_id, id, session_id, 'deleted' FROM deleted_sessions
            WHERE account_id = :account_id AND (xact_id, id) > (:xact, :id)
            ORDER BY xact_id, id LIMIT :limit)
        ) AS events
        ORDER BY xact_id, id LIMIT :limit
        """
    )
    .bindparams(ACCOUNT_ID)
    .columns(xact_id=BigInteger, id=BigInteger, session_id=Uuid, kind=Text, is_settled=Boolean)
)
#: Whether the events after a position are all there. Not if it comes from another database, and not
#: if it may be older than the tombstones: the last event before it, else the account, tells how old
#: it is at most.
#: Parameters: account_id, xact (of the position), kept_for.
CAN_RESUME: Query[Any] = Query(
    text(
        """
        SELECT :xact <= (pg_snapshot_xmax(pg_current_snapshot())::text)::bigint
            AND coalesce(
                (
                    SELECT at FROM ai_session_events
                    WHERE account_id = :account_id AND xact_id <= :xact
                    ORDER BY xact_id DESC, id DESC LIMIT 1
                ),
                (SELECT created_at FROM accounts WHERE id = :account_id)
            ) > now() - CAST(:kept_for AS interval) IS TRUE AS can_resume
        """
    )
    .bindparams(ACCOUNT_ID)
    .columns(can_resume=Boolean)
)


class EventPosition(NamedTuple):
    """The position of an event in the feed: its transaction id and its id."""

    xact: int
    id: int


class AccountEvent(NamedTuple):
    """An event of a session, or its deletion."""

    position: EventPosition
    session_id: UUID
    kind: SessionEventKind


class AccountEventPage(NamedTuple):
    """Events after a position, in order."""

    events: Sequence[AccountEvent]
    #: More events exist: beyond the limit, or after a transaction that still runs.
    has_more: bool


async def load_events_after(
    db: Reader, account_id: UUID, after: EventPosition, *, limit: int
) -> AccountEventPage:
    """The settled events after a position: no other event can precede them any more."""
    horizon = await db.fetch_value(HORIZON)
    rows = await db.fetch_rows(
        EVENTS_AFTER,
        horizon=horizon,
        account_id=account_id,
        xact=after.xact,
        id=after.id,
        limit=limit,
    )
    events = [
        AccountEvent(EventPosition(row.xact_id, row.id), row.session_id, SessionEventKind(row.kind))
        for row in rows
        if row.is_settled
    ]
    return AccountEventPage(events, len(events) < len(rows) or len(rows) == limit)


async def can_resume_after(db: Reader, position: EventPosition) -> bool:
    """Whether all events after a position can still be loaded."""
    can_resume: bool = await db.fetch_value(
        CAN_RESUME, account_id=db.account_id, xact=position.xact, kept_for=TOMBSTONES_KEPT_FOR
    )
    return can_resume


#: Of several events of a session, a dashboard shows the most significant. Others have weight 1.
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
    """The event with the highest weight; of several, the last."""
    return max(enumerate(kinds), key=lambda each: (SIGNIFICANCE.get(each[1], 1), each[0]))[1]
