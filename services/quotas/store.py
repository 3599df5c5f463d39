"""SQL of quotas: rate limits per minute, and the usage ledger with its sums per day and month."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Float, Uuid

from storage.statements import Statement
from storage.transactions import Transaction

# Rate limits

RATE_TYPES: dict[str, Any] = {"ids": ARRAY(Uuid), "most": ARRAY(Float)}

#: Ordered by id, so that concurrent requests cannot deadlock.
CONSUME_RATES = Statement(
    """
    INSERT INTO rates AS r (account_id, subject_id, kind, full_at)
    SELECT :account_id, w.id, :kind,
        statement_timestamp() + :count * (interval '1 minute' / w.most)
    FROM unnest(:ids, :most) AS w(id, most) ORDER BY w.id
    ON CONFLICT (account_id, subject_id, kind) DO UPDATE
        SET full_at = greatest(r.full_at, statement_timestamp())
            + (excluded.full_at - statement_timestamp())
        WHERE greatest(r.full_at, statement_timestamp())
            + (excluded.full_at - statement_timestamp())
            <= statement_timestamp() + interval '1 minute'
    RETURNING r.subject_id
    """,
    **RATE_TYPES,
)
AVAILABLE_RATES = Statement(
    """
    SELECT w.id, floor(w.most * extract(epoch FROM interval '1 minute'
        + statement_timestamp() - greatest(r.full_at, statement_timestamp())) / 60)
    FROM unnest(:ids, :most) AS w(id, most) LEFT JOIN rates r
        ON r.account_id = :account_id AND r.subject_id = w.id AND r.kind = :kind
    """,
    account_id=Uuid(),
    **RATE_TYPES,
)
RETRY_AT = Statement(
    """
    SELECT max(r.full_at + :count * (interval '1 minute' / w.most)) - interval '1 minute'
    FROM unnest(:ids, :most) AS w(id, most)
    JOIN rates r ON r.subject_id = w.id AND r.kind = :kind
    """,
    **RATE_TYPES,
)
#: A subject without a row has its full rate.
DELETE_FULL_RATES = Statement(
    "DELETE FROM rates WHERE (account_id, subject_id, kind) IN"
    " (SELECT account_id, subject_id, kind FROM rates"
    " WHERE full_at < now() FOR UPDATE SKIP LOCKED)"
)


async def consume_rates(
    db: Transaction, account_id: UUID, kind: str, limits: Mapping[UUID, int], count: int
) -> set[UUID]:
    """Count requests of several subjects; return the subjects whose limit allows them."""
    rows = await db.execute(
        CONSUME_RATES, account_id=account_id, **rate_parameters(kind, limits, count)
    )
    return {row[0] for row in rows}


async def load_available_rates(
    db: Transaction, account_id: UUID, kind: str, limits: Mapping[UUID, int]
) -> dict[UUID, int]:
    """How many requests of each subject are allowed now."""
    rows = await db.execute(
        AVAILABLE_RATES,
        account_id=account_id,
        kind=kind,
        ids=list(limits),
        most=list(limits.values()),
    )
    return {subject: max(0, int(left)) for subject, left in rows}


async def find_retry_time(
    db: Transaction, kind: str, limits: Mapping[UUID, int], count: int
) -> datetime | None:
    """When all limits allow so many requests again."""
    retry_at: datetime | None = await db.fetch_value(
        RETRY_AT, **rate_parameters(kind, limits, count)
    )
    return retry_at


def rate_parameters(kind: str, limits: Mapping[UUID, int], count: int) -> dict[str, Any]:
    return {"kind": kind, "ids": list(limits), "most": list(limits.values()), "count": count}


async def delete_full_rates(db: Transaction) -> None:
    await db.execute(DELETE_FULL_RATES)


# Usage

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
    ON CONFLICT (account_id, subject_id, period, starts) DO UPDATE SET
        reserved_tokens = s.reserved_tokens + excluded.reserved_tokens,
        reserved_cost_usd = s.reserved_cost_usd + excluded.reserved_cost_usd
    RETURNING s.subject_id, s.period, s.starts,
        s.tokens + s.reserved_tokens AS tokens, s.cost_usd + s.reserved_cost_usd AS cost_usd
    """
)

#: Adds `changes` to the sums; locks their rows in the order in which `RESERVE` writes them.
UPDATE_SUMS = """
    , changes AS (
        SELECT account_id, subject_id, period,
            date_trunc(period, created_at AT TIME ZONE 'UTC')::date AS starts,
            sum(tokens) AS tokens, sum(cost_usd) AS cost_usd,
            sum(free_tokens) AS free_tokens, sum(free_cost_usd) AS free_cost_usd
        FROM entries
        CROSS JOIN LATERAL (SELECT account_id UNION SELECT user_id) AS subjects(subject_id)
        CROSS JOIN (VALUES ('day'), ('month')) AS periods(period)
        GROUP BY 1, 2, 3, 4
    ), locked AS MATERIALIZED (
        SELECT s.account_id, s.subject_id, s.period, s.starts FROM spending s
        JOIN changes USING (account_id, subject_id, period, starts)
        ORDER BY 2, 3, 4 FOR NO KEY UPDATE OF s
    )
    UPDATE spending s SET
        tokens = s.tokens + c.tokens, cost_usd = s.cost_usd + c.cost_usd,
        reserved_tokens = s.reserved_tokens - c.free_tokens,
        reserved_cost_usd = s.reserved_cost_usd - c.free_cost_usd
    FROM changes c JOIN locked USING (account_id, subject_id, period, starts)
    WHERE (s.account_id, s.subject_id, s.period, s.starts)
        = (c.account_id, c.subject_id, c.period, c.starts)
"""
ADD_TO_ENTRY = """
    UPDATE ledger SET model = coalesce(:model, model), tokens = tokens + :tokens,
        cost_usd = cost_usd + :cost
    WHERE generation_id = :id
"""
#: For a generation that is not settled yet.
RECORD_UNSETTLED = Statement(ADD_TO_ENTRY)
#: Until an entry is settled, the sums contain its reservation; from then on, its cost.
RECORD_USAGE = Statement(
    "".join(
        (
            "WITH spent AS (",
            ADD_TO_ENTRY,
            """ RETURNING *), entries AS (
        SELECT account_id, user_id, created_at, CAST(:tokens AS bigint) AS tokens,
            CAST(:cost AS numeric) AS cost_usd, 0 AS free_tokens, 0 AS free_cost_usd
        FROM spent WHERE settled_at IS NOT NULL
    )
    """,
            UPDATE_SUMS,
        )
    )
)
UNSETTLED_ENTRIES = """
    WITH unsettled AS MATERIALIZED (
        SELECT generation_id, account_id, user_id, created_at, tokens, cost_usd,
            reserved_tokens, reserved_cost_usd
        FROM ledger JOIN unnest(:account_ids, :ids) AS w(account_id, generation_id)
            USING (account_id, generation_id)
        WHERE settled_at IS NULL ORDER BY generation_id FOR NO KEY UPDATE
    ), settled AS (
        UPDATE ledger l SET settled_at = now()
        FROM unsettled u
        WHERE l.account_id = u.account_id AND l.generation_id = u.generation_id
    ), entries AS (
        SELECT *, reserved_tokens AS free_tokens, reserved_cost_usd AS free_cost_usd
        FROM unsettled
    )
"""
SETTLE = Statement(
    "".join((UNSETTLED_ENTRIES, UPDATE_SUMS)), account_ids=ARRAY(Uuid), ids=ARRAY(Uuid)
)
#: Entries of generations that have ended or are deleted: their process died before it settled.
LEFTOVER_ENTRIES = Statement(
    """
    SELECT l.account_id, l.generation_id FROM ledger l
    LEFT JOIN generations g ON g.account_id = l.account_id AND g.id = l.generation_id
    WHERE l.settled_at IS NULL AND l.created_at < now() - interval '1 minute'
        AND (g.id IS NULL OR g.status NOT IN ('running', 'queued'))
    LIMIT 1000
    """
)


#: An entry of the ledger: its account and its generation.
EntryKey = tuple[UUID, UUID]


class PeriodTotal(NamedTuple):
    """What a user or an account has spent and reserved in a day or a month."""

    subject_id: UUID
    period: str
    starts: date
    tokens: int
    cost_usd: Decimal


async def insert_reservation(db: Transaction, **entry: Any) -> list[PeriodTotal]:
    """Insert an entry of the ledger; return the sums that it counts towards."""
    return [PeriodTotal(*row) for row in await db.execute(RESERVE, **entry)]


async def settle_entries(db: Transaction, entries: Collection[EntryKey]) -> None:
    account_ids, ids = zip(*entries, strict=True)
    await db.execute(SETTLE, account_ids=account_ids, ids=ids)


async def find_leftover_entries(db: Transaction) -> list[EntryKey]:
    return [(account_id, id) for account_id, id in await db.execute(LEFTOVER_ENTRIES)]
