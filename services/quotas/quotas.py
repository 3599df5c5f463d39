"""Quotas of users and accounts: requests, generations, tokens and costs."""

from dataclasses import dataclass, field
from decimal import Decimal


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
