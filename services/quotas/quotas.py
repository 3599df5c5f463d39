"""How much a user, and an account, may ask of the server and spend on the assistant."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Quota:
    """None is no limit. Money is in US dollars; days and months are those of UTC."""

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
