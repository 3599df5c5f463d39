"""Quotas of users and accounts: requests and generations per minute, tokens and costs.

Rates per minute are counted by the generic cell rate algorithm (GCRA), across all processes. Each
subject has one timestamp, `full_at`: when its full rate is available again. A request moves it
forward by its share of a minute, and is rejected if that would be more than a minute ahead.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.errors import RateLimited
from services.principal import Principal
from services.quotas import store
from storage.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Quota:
    """None is no limit. Costs are in US dollars; days and months are in UTC."""

    requests_per_minute: int | None = None
    answers_per_minute: int | None = None
    tokens_per_day: int | None = None
    tokens_per_month: int | None = None
    cost_per_day: Decimal | None = None
    cost_per_month: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Quotas:
    user: Quota = field(default_factory=Quota)
    account: Quota = field(default_factory=Quota)


class RateKind(StrEnum):
    """What is limited; the value is the word in the error message."""

    REQUESTS = "requests"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class RatePerMinute:
    user: int | None
    account: int | None

    @property
    def is_any(self) -> bool:
        return self.user is not None or self.account is not None

    def limits_by_subject(self, principal: Principal) -> dict[UUID, int]:
        """The limits that are set, by user id and account id."""
        limits = {principal.user_id: self.user, principal.account_id: self.account}
        return {subject: limit for subject, limit in limits.items() if limit is not None}


class AvailableRate(NamedTuple):
    """Requests per minute, and how many of them are left now."""

    limit: int
    remaining: int


async def find_available_rate(
    db: Transaction, principal: Principal, kind: RateKind, rate: RatePerMinute
) -> AvailableRate | None:
    """Of the limits of a caller the one with the least left; None if none is set."""
    limits = rate.limits_by_subject(principal)
    available = await store.load_available_rates(db, principal.account_id, kind.value, limits)
    found = (AvailableRate(limits[subject], left) for subject, left in available.items())
    return min(found, key=lambda each: each.remaining, default=None)


async def consume_rate(
    db: Transaction, principal: Principal, kind: RateKind, rate: RatePerMinute, count: int = 1
) -> None:
    """Count requests against their limits; a rollback returns them. Raises RateLimited."""
    limits = rate.limits_by_subject(principal)
    if not limits:
        return
    allowed = await store.consume_rates(db, principal.account_id, kind.value, limits, count)
    exceeded = {subject: limit for subject, limit in limits.items() if subject not in allowed}
    if exceeded:
        retry_at = await store.find_retry_time(db, kind.value, exceeded, count)
        whose = "Your" if principal.user_id in exceeded else "Your account's"
        limit = min(exceeded.values())
        raise RateLimited(
            f"{whose} limit is {limit:,} {kind.value} per minute.", retry_at or datetime.now(UTC)
        )
