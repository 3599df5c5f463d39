"""The figures of a dashboard. The cost of each statement is independent of the account's age."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Float, Text, text

from models import SessionStatus, SessionType
from queries.desk_time import desk_time_zone
from storage.reader import Reader
from storage.statements import ACCOUNT_ID, Query

#: Triggers maintain the counts. Parameter: account_id.
COUNTS: Query[Any] = Query(
    text(
        "SELECT status, session_type, CAST(sum(sessions) AS bigint) AS sessions"
        " FROM session_tallies WHERE account_id = :account_id GROUP BY status, session_type"
    )
    .bindparams(ACCOUNT_ID)
    .columns(status=Text, session_type=Text, sessions=BigInteger)
)
OWN_TIME_ZONE = "(SELECT time_zone FROM accounts WHERE id = :account_id)"
#: Today is the day in the time zone of the account. Parameter: account_id.
TODAY: Query[Any] = Query(
    text(
        f"""
        WITH desk AS MATERIALIZED (
            SELECT {desk_time_zone(OWN_TIME_ZONE)} AS time_zone),
        today AS MATERIALIZED (
            SELECT time_zone, (now() AT TIME ZONE time_zone)::date AS day FROM desk)
        SELECT
            time_zone,
            day_start(day, time_zone) AS started_at,
            day_start(day + 1, time_zone) AS ends_at,
            (SELECT count(DISTINCT session_id) FROM generations
                WHERE account_id = :account_id AND status = 'running') AS generating,
            (SELECT count(*) FROM ai_sessions WHERE account_id = :account_id
                AND status = 'resolved'
                AND resolved_at >= (SELECT day_start(day, time_zone) FROM today)
            ) AS resolved_today
        FROM today
        """  # noqa: S608 - the expression is a constant
    )
    .bindparams(ACCOUNT_ID)
    .columns(
        time_zone=Text,
        started_at=DateTime(timezone=True),
        ends_at=DateTime(timezone=True),
        generating=BigInteger,
        resolved_today=BigInteger,
    )
)
#: Medians of the last seven days and of at most the last thousand rows, which bounds the cost.
#: Parameter: account_id.
MEDIANS: Query[Any] = Query(
    text(
        """
        SELECT
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) FROM (
                SELECT extract(epoch FROM resolved_at - created_at) / 60 AS minutes
                FROM ai_sessions WHERE account_id = :account_id AND status = 'resolved'
                    AND resolved_at >= now() - interval '7 days'
                ORDER BY resolved_at DESC LIMIT 1000) AS resolved) AS minutes_to_resolve,
            (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) FROM (
                SELECT extract(epoch FROM first_token_at - created_at) * 1000 AS ms
                FROM generations WHERE account_id = :account_id
                    AND created_at >= now() - interval '7 days'
                ORDER BY created_at DESC LIMIT 1000) AS begun) AS time_to_first_token_ms
        """
    )
    .bindparams(ACCOUNT_ID)
    .columns(minutes_to_resolve=Float, time_to_first_token_ms=Float)
)


@dataclass(frozen=True, slots=True)
class Medians:
    """Medians in minutes and milliseconds; None without any row."""

    minutes_to_resolve: float | None
    time_to_first_token_ms: float | None


@dataclass(frozen=True, slots=True)
class DeskDay:
    """The current day in the time zone of an account; it has 23, 24 or 25 hours."""

    time_zone: str
    started_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DashboardFigures:
    """Counts of an account's sessions. `generating` is the number of sessions with a running
    generation; `resolved_today` counts from the beginning of `today`."""

    by_status: dict[SessionStatus, int]
    by_type: dict[SessionType, int]
    generating: int
    resolved_today: int
    today: DeskDay
    medians: Medians


async def load_medians(db: Reader) -> Medians:
    [row] = await db.fetch_rows(MEDIANS, account_id=db.account_id)
    return Medians(*row)


async def load_dashboard_summary(db: Reader, medians: Medians | None = None) -> DashboardFigures:
    """The current figures. Loads the medians, unless they are given."""
    by_status = dict.fromkeys(SessionStatus, 0)
    by_type = dict.fromkeys(SessionType, 0)
    for row in await db.fetch_rows(COUNTS, account_id=db.account_id):
        by_status[SessionStatus(row.status)] += row.sessions
        by_type[SessionType(row.session_type)] += row.sessions
    [row] = await db.fetch_rows(TODAY, account_id=db.account_id)
    return DashboardFigures(
        by_status,
        by_type,
        row.generating,
        row.resolved_today,
        DeskDay(row.time_zone, row.started_at, row.ends_at),
        medians or await load_medians(db),
    )
