"""Usage of the assistant: reserved before a generation, settled after it, kept for good.

Each generation has an entry in the ledger, which stays when its session is deleted. The sums of
each user and account by day and month are compared with the quotas. A reservation counts as spent
until the generation has ended; a background task settles those that a crash has left.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from models import TOKEN_COLUMNS
from services.ai.port import Usage
from services.errors import QuotaExceeded
from services.principal import Principal
from services.quotas import store
from services.quotas.quotas import Quota, Quotas
from services.quotas.store import PeriodTotal
from storage.transactions import PendingWrite, Transaction


async def reserve_usage(
    db: Transaction,
    principal: Principal,
    quotas: Quotas,
    generation_id: UUID,
    kind: str,
    expected: Usage,
) -> None:
    """Reserve the expected usage of a generation. Raises QuotaExceeded."""
    tokens, cost = total_tokens(expected), expected.cost_usd or Decimal()
    totals = await store.insert_reservation(
        db,
        generation_id=generation_id,
        account_id=principal.account_id,
        user_id=principal.user_id,
        kind=kind,
        tokens=tokens,
        cost=cost,
    )
    for total in totals:
        is_user = total.subject_id == principal.user_id
        check_quota(total, quotas.user if is_user else quotas.account, tokens, cost, is_user)


def check_quota(
    total: PeriodTotal, quota: Quota, tokens: int, cost: Decimal, is_user: bool
) -> None:
    """Raises QuotaExceeded. A quota below the expected usage of one generation allows one."""
    is_day = total.period == "day"
    max_tokens = quota.tokens_per_day if is_day else quota.tokens_per_month
    max_cost = quota.cost_per_day if is_day else quota.cost_per_month
    if max_tokens is not None and total.tokens - tokens + min(tokens, max_tokens) > max_tokens:
        limit = f"{max_tokens:,} tokens"
    elif max_cost is not None and total.cost_usd - cost + min(cost, max_cost) > max_cost:
        limit = f"${max_cost:,}"
    else:
        return
    whose = "Your" if is_user else "Your account's"
    raise QuotaExceeded(
        f"{whose} quota of {limit} per {total.period} is used up.", period_end(total)
    )


def period_end(total: PeriodTotal) -> datetime:
    starts = datetime(total.starts.year, total.starts.month, total.starts.day, tzinfo=UTC)
    if total.period == "day":
        return starts + timedelta(days=1)
    return (starts + timedelta(days=32)).replace(day=1)


async def record_usage(db: Transaction, generation_id: UUID, usage: Usage) -> None:
    """Add the usage of one call, whether its generation runs or has ended."""
    await db.execute(store.RECORD_USAGE, **usage_values(generation_id, usage))


def usage_write(generation_id: UUID, usage: Usage) -> PendingWrite:
    """Add usage to the entry of a generation that is not settled yet."""
    return PendingWrite(store.RECORD_UNSETTLED, usage_values(generation_id, usage))


def usage_values(generation_id: UUID, usage: Usage) -> dict[str, Any]:
    return {
        "id": generation_id,
        "model": usage.model,
        "tokens": total_tokens(usage),
        "cost": usage.cost_usd or Decimal(),
    }


async def settle_reservations(
    db: Transaction, account_id: UUID, generation_ids: Collection[UUID]
) -> None:
    """Replace the reservations of generations that have ended by their usage. Idempotent.

    The whole account shares the rows of the sums: call this in a transaction that holds no other
    locks.
    """
    if generation_ids:
        await store.settle_entries(db, [(account_id, id) for id in generation_ids])


async def record_background_usage(
    db: Transaction, principal: Principal, kind: str, usage: Usage
) -> None:
    """Record usage that no user asked for. It counts towards the quotas, but is never refused."""
    id = uuid4()
    await reserve_usage(db, principal, Quotas(), id, kind, Usage())
    await record_usage(db, id, usage)
    await settle_reservations(db, principal.account_id, [id])


async def settle_leftover_reservations(db: Transaction) -> None:
    if leftovers := await store.find_leftover_entries(db):
        await store.settle_entries(db, leftovers)


def total_tokens(usage: Usage) -> int:
    return sum(getattr(usage, name) for name in TOKEN_COLUMNS)
