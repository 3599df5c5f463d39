"""The dashboard's figures."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from models import SessionStatus, SessionType
from services.principal import Principal

COUNTS = text(
    "SELECT status, session_type, count(*) AS sessions FROM ai_sessions"
    " WHERE account_id = :account_id GROUP BY status, session_type"
)

#: The medians look back a week: long enough to be steady, short enough to be about now.
FIGURES = text(
    """
    SELECT
        (SELECT count(DISTINCT session_id) FROM generations
            WHERE account_id = :account_id AND status = 'running') AS generating,
        (SELECT count(*) FROM ai_sessions WHERE account_id = :account_id
            AND status = 'resolved' AND resolved_at >= date_trunc('day', now())) AS resolved_today,
        (SELECT percentile_cont(0.5) WITHIN GROUP (
                ORDER BY extract(epoch FROM resolved_at - created_at) / 60)
            FROM ai_sessions WHERE account_id = :account_id AND status = 'resolved'
            AND resolved_at >= now() - interval '7 days') AS median_minutes_to_resolve,
        (SELECT percentile_cont(0.5) WITHIN GROUP (
                ORDER BY extract(epoch FROM first_token_at - created_at) * 1000)
            FROM generations WHERE account_id = :account_id AND first_token_at IS NOT NULL
            AND created_at >= now() - interval '7 days') AS median_time_to_first_token_ms
    """
)


@dataclass(frozen=True, slots=True)
class Summary:
    by_status: dict[SessionStatus, int]
    by_type: dict[SessionType, int]
    generating: int
    resolved_today: int
    median_minutes_to_resolve: float | None
    median_time_to_first_token_ms: float | None


async def summary(db: AsyncSession, principal: Principal) -> Summary:
    account = {"account_id": principal.account_id}
    by_status = dict.fromkeys(SessionStatus, 0)
    by_type = dict.fromkeys(SessionType, 0)
    for row in await db.execute(COUNTS, account):
        by_status[SessionStatus(row.status)] += row.sessions
        by_type[SessionType(row.session_type)] += row.sessions
    figures = (await db.execute(FIGURES, account)).one()
    return Summary(by_status, by_type, **figures._mapping)
