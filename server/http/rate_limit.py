"""Requests a minute, over all processes, without a statement for each of them."""

import logging
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from services.errors import RateLimited
from services.principal import Principal
from services.quotas import rate_limits
from services.quotas.quotas import Quotas
from services.quotas.rate_limits import RateKind, RatePerMinute
from storage.outages import is_outage
from storage.tenancy import Tenancy

logger = logging.getLogger(__name__)

#: Seconds that what was taken ahead may be used in. It is lost afterwards, so little is taken.
BATCH_LIFETIME = 1.0
#: At most this part of a minute's allowance is taken ahead.
BATCH_DIVISOR = 20
#: Users who are remembered before those who have left are forgotten.
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class LocalTokenBucket:
    """What a process has taken ahead for a user. Who comes often is given more the next time."""

    left: int = 0
    size: int = 0
    until: float = 0.0

    def consume(self, now: float) -> bool:
        if self.left == 0 or now >= self.until:
            return False
        self.left -= 1
        return True

    def next_batch_size(self, now: float, most: int) -> int:
        came_often = self.left == 0 and now < self.until
        return max(1, min(self.size * 2, most)) if came_often else 1

    def refill(self, now: float, size: int) -> None:
        self.left, self.size, self.until = size - 1, size, now + BATCH_LIFETIME


class RateLimiter:
    def __init__(self, tenancy: Tenancy, quotas: Quotas) -> None:
        self._tenancy = tenancy
        self._limits = RatePerMinute(
            quotas.user.requests_per_minute, quotas.account.requests_per_minute
        )
        self._buckets: defaultdict[UUID, LocalTokenBucket] = defaultdict(LocalTokenBucket)

    async def check(self, principal: Principal) -> None:
        """Count a request. Raises RateLimited. While the database is away nobody is counted."""
        if not self._limits.is_any:
            return
        bucket = self._buckets[principal.user_id]
        if bucket.consume(time.monotonic()):
            return
        limits = self._limits.limits_by_subject(principal)
        size = bucket.next_batch_size(time.monotonic(), min(limits.values()) // BATCH_DIVISOR)
        try:
            size = await self._taken(principal, size)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.info("Requests cannot be counted at the moment: %s", error)
        bucket.refill(time.monotonic(), size)
        self._forget_those_who_left()

    async def _taken(self, principal: Principal, size: int) -> int:
        """How much there was: all, or just the one that is needed. Raises RateLimited."""
        if size > 1:
            with suppress(RateLimited):
                await self._take(principal, size)
                return size
        await self._take(principal, 1)
        return 1

    async def _take(self, principal: Principal, count: int) -> None:
        async with self._tenancy.for_account(principal.account_id).transaction() as db:
            await rate_limits.consume_rate(db, principal, RateKind.REQUESTS, self._limits, count)

    def _forget_those_who_left(self) -> None:
        if len(self._buckets) > MAX_BUCKETS:
            now = time.monotonic()
            for user_id, bucket in list(self._buckets.items()):
                if now >= bucket.until:
                    del self._buckets[user_id]
