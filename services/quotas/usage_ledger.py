"""What the assistant costs: reserved before an answer, settled after it, kept for good.

Each answer has an entry in the ledger, which stays when its session is deleted. Beside it stand
the sums of each user and account by day and month, which budgets are held against. What is
reserved counts as spent until the answer has ended; a sweep settles what a crash has left.
"""

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from services.ai.port import Usage
from services.errors import QuotaExceeded
from services.principal import Principal
from services.quotas.quotas import Quota, Quotas
from storage.batching import PendingWrite
from storage.statements import Statement
from storage.transactions import Transaction

DAY, MONTH = "day", "month"

RESERVE = Statement(
    """
    WITH entry AS (
        INSERT INTO ledger
            (generation_id, account_id, user_id, kind, reserved_tokens, reserved_cost_usd)
        VALUES (:generation_id, :account_id, :user_id, :kind, :tokens, :cost)
    )
    INSERT INTO spending AS s
        (account_id, subject_id, period, starts, reserved_tokens, reserved_cost_usd)
    SELECT :account_id, subject_id, period,
        date_trunc(period, now() AT TIME ZONE 'UTC')::date, :tokens, :cost
    FROM (
        SELECT CAST(:account_id AS uuid) UNION SELECT CAST(:user_id AS uuid)
    ) AS subjects(subject_id)
    CROSS JOIN (VALUES ('day'), ('month')) AS periods(period)
    ORDER BY subject_id, period
    ON CONFLICT (subject_id, period, starts) DO UPDATE SET
        reserved_tokens = s.reserved_tokens + excluded.reserved_tokens,
        reserved_cost_usd = s.reserved_cost_usd + excluded.reserved_cost_usd
    RETURNING s.subject_id, s.period, s.starts,
        s.tokens + s.reserved_tokens AS tokens, s.cost_usd + s.reserved_cost_usd AS cost_usd
    """
)

#: Adds `changes` to the sums, whose rows are locked in the order in which `RESERVE` writes them.
ADD_UP = """
    , changes AS (
        SELECT subject_id, period,
            date_trunc(period, created_at AT TIME ZONE 'UTC')::date AS starts,
            sum(tokens) AS tokens, sum(cost_usd) AS cost_usd,
            sum(free_tokens) AS free_tokens, sum(free_cost_usd) AS free_cost_usd
        FROM entries
        CROSS JOIN LATERAL (SELECT account_id UNION SELECT user_id) AS subjects(subject_id)
        CROSS JOIN (VALUES ('day'), ('month')) AS periods(period)
        GROUP BY 1, 2, 3
    ), locked AS MATERIALIZED (
        SELECT s.subject_id, s.period, s.starts FROM spending s
        JOIN changes USING (subject_id, period, starts)
        ORDER BY 1, 2, 3 FOR NO KEY UPDATE OF s
    )
    UPDATE spending s SET
        tokens = s.tokens + c.tokens, cost_usd = s.cost_usd + c.cost_usd,
        reserved_tokens = s.reserved_tokens - c.free_tokens,
        reserved_cost_usd = s.reserved_cost_usd - c.free_cost_usd
    FROM changes c JOIN locked USING (subject_id, period, starts)
    WHERE (s.subject_id, s.period, s.starts) = (c.subject_id, c.period, c.starts)
"""

COST = """
    UPDATE ledger SET model = coalesce(:model, model), tokens = tokens + :tokens,
        cost_usd = cost_usd + :cost
    WHERE generation_id = :id
"""
#: Of an answer that has not ended, whose entry is not settled yet.
ENTER = Statement(COST)
#: Until an entry is settled the sums know what it reserved; from then on, what it has cost.
SPENT = "".join(
    (
        "WITH spent AS (",
        COST,
        """ RETURNING *), entries AS (
        SELECT account_id, user_id, created_at, CAST(:tokens AS bigint) AS tokens,
            CAST(:cost AS numeric) AS cost_usd, 0 AS free_tokens, 0 AS free_cost_usd
        FROM spent WHERE settled_at IS NOT NULL
    )
    """,
    )
)
SETTLED = """
    WITH unsettled AS MATERIALIZED (
        SELECT * FROM ledger WHERE generation_id = ANY(:ids) AND settled_at IS NULL
        ORDER BY generation_id FOR NO KEY UPDATE
    ), settled AS (
        UPDATE ledger l SET settled_at = now()
        FROM unsettled u WHERE l.generation_id = u.generation_id
    ), entries AS (
        SELECT *, reserved_tokens AS free_tokens, reserved_cost_usd AS free_cost_usd
        FROM unsettled
    )
"""
SPEND, SETTLE = (Statement("".join((first, ADD_UP))) for first in (SPENT, SETTLED))

#: Answers that have ended without their entries: their process died, or their session is gone.
LEFT_OPEN = Statement(
    """
    SELECT l.generation_id FROM ledger l LEFT JOIN generations g ON g.id = l.generation_id
    WHERE l.settled_at IS NULL AND l.created_at < now() - interval '1 minute'
        AND (g.id IS NULL OR g.status NOT IN ('running', 'queued'))
    LIMIT 1000
    """
)


class PeriodTotal(NamedTuple):
    """What a user or an account has spent and reserved in a day or a month."""

    subject_id: UUID
    period: str
    starts: date
    tokens: int
    cost_usd: Decimal


async def reserve_usage(
    db: Transaction,
    principal: Principal,
    allowances: Quotas,
    generation_id: UUID,
    kind: str,
    expected: Usage,
) -> None:
    """Set aside what an answer is expected to cost. Raises QuotaExceeded."""
    tokens, cost = total_tokens(expected), expected.cost_usd or Decimal()
    sums = await db.execute(
        RESERVE,
        generation_id=generation_id,
        account_id=principal.account_id,
        user_id=principal.user_id,
        kind=kind,
        tokens=tokens,
        cost=cost,
    )
    for row in map(PeriodTotal._make, sums):
        is_user = row.subject_id == principal.user_id
        check_quota(row, allowances.user if is_user else allowances.account, tokens, cost, is_user)


def check_quota(
    row: PeriodTotal,
    allowance: Quota,
    tokens: int,
    cost: Decimal,
    is_user: bool,
) -> None:
    """A budget smaller than what one answer is expected to cost is good for one all the same."""
    asked = asdict(allowance)
    most_tokens, most_cost = asked[f"tokens_per_{row.period}"], asked[f"cost_per_{row.period}"]
    whose = "You have" if is_user else "Your account has"
    if most_tokens is not None and row.tokens - tokens + min(tokens, most_tokens) > most_tokens:
        what = f"{most_tokens:,} tokens"
    elif most_cost is not None and row.cost_usd - cost + min(cost, most_cost) > most_cost:
        what = f"${most_cost:,}"
    else:
        return
    raise QuotaExceeded(f"{whose} used up the {what} of this {row.period}.", period_end(row))


def period_end(row: PeriodTotal) -> datetime:
    """When the day or the month is over."""
    starts = datetime(row.starts.year, row.starts.month, row.starts.day, tzinfo=UTC)
    if row.period == DAY:
        return starts + timedelta(days=1)
    return (starts + timedelta(days=32)).replace(day=1)


async def record_usage(db: Transaction, generation_id: UUID, usage: Usage) -> None:
    """Add what one call has cost, whether its answer goes on or has ended."""
    await db.execute(SPEND, **usage_values(generation_id, usage))


def usage_write(generation_id: UUID, usage: Usage) -> PendingWrite:
    """Adds usage to the entry of an unfinished generation."""
    return PendingWrite(ENTER, usage_values(generation_id, usage))


def usage_values(generation_id: UUID, usage: Usage) -> dict[str, Any]:
    return {
        "id": generation_id,
        "model": usage.model,
        "tokens": total_tokens(usage),
        "cost": usage.cost_usd or Decimal(),
    }


async def settle_reservations(db: Transaction, generation_ids: Collection[UUID]) -> None:
    """Count what answers that have ended have cost, instead of what was set aside for them.

    Twice is as good as once. Whole accounts share the rows of the sums: a transaction that holds
    anything others wait for must not wait for them here.
    """
    if generation_ids:
        await db.execute(SETTLE, ids=list(generation_ids))


async def record_background_usage(
    db: Transaction, principal: Principal, kind: str, usage: Usage
) -> None:
    """What the server has asked the assistant by itself counts too, and is never refused."""
    id = uuid4()
    await reserve_usage(db, principal, Quotas(), id, kind, Usage())
    await record_usage(db, id, usage)
    await settle_reservations(db, [id])


async def settle_leftover_reservations(db: Transaction) -> None:
    await settle_reservations(db, [row[0] for row in await db.execute(LEFT_OPEN)])


def total_tokens(usage: Usage) -> int:
    return (
        usage.input_tokens
        + usage.output_tokens
        + usage.cache_read_tokens
        + usage.cache_write_tokens
    )
