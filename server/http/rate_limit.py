"""Rate limit of requests per minute across all processes, without a statement for each request."""

import logging
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from server.http.refusals import REFUSALS, RefusalReason, Refusals
from services.errors import RateLimited
from services.principal import Principal
from services.quotas import quotas
from services.quotas.quotas import AvailableRate, Quotas, RateKind, RatePerMinute
from storage.database_problems import log_outage
from storage.transactions import Tenancy

logger = logging.getLogger(__name__)

#: Seconds in which reserved requests can be used. Unused ones are lost, so batches are small.
BATCH_LIFETIME = 1.0
#: The largest batch is this fraction of the limit per minute.
BATCH_DIVISOR = 20
#: Number of buckets at which expired ones are removed.
MAX_BUCKETS = 10_000


@dataclass(slots=True)
class LocalTokenBucket:
    """Requests that this process has reserved for a user. Frequent users get larger batches."""

    left: int = 0
    size: int = 0
    until: float = 0.0

    def consume(self, now: float) -> bool:
        if self.left == 0 or now >= self.until:
            return False
        self.left -= 1
        return True

    def next_batch_size(self, now: float, most: int) -> int:
        was_used_up = self.left == 0 and now < self.until
        return max(1, min(self.size * 2, most)) if was_used_up else 1

    def refill(self, now: float, size: int) -> None:
        self.left, self.size, self.until = size - 1, size, now + BATCH_LIFETIME


class RateLimiter:
    """Reserves requests of the shared rate limit in batches, and consumes them locally."""

    def __init__(self, tenancy: Tenancy, quotas: Quotas) -> None:
        self._tenancy = tenancy
        self._limits = RatePerMinute(
            quotas.user.requests_per_minute, quotas.account.requests_per_minute
        )
        self._buckets: defaultdict[UUID, LocalTokenBucket] = defaultdict(LocalTokenBucket)

    async def check(self, principal: Principal) -> None:
        """Count a request. During a database outage requests are not counted.

        Raises RateLimited.
        """
        if not self._limits.is_any:
            return
        bucket = self._buckets[principal.user_id]
        if bucket.consume(time.monotonic()):
            return
        limits = self._limits.limits_by_subject(principal)
        size = bucket.next_batch_size(time.monotonic(), min(limits.values()) // BATCH_DIVISOR)
        with log_outage(logger.info, "Rate limits cannot be checked"):
            size = await self._reserve(principal, size)
        bucket.refill(time.monotonic(), size)
        self._remove_expired_buckets()

    async def find_available(self, principal: Principal) -> AvailableRate | None:
        """What is left of the tighter limit of this caller, with what this process has reserved;
        None without a limit, or while the database cannot be reached."""
        if not self._limits.is_any:
            return None
        available = None
        with log_outage(logger.info, "Rate limits cannot be read"):
            async with self._tenancy.for_account(principal.account_id).read_transaction() as db:
                available = await quotas.find_available_rate(
                    db, principal, RateKind.REQUESTS, self._limits
                )
        bucket = self._buckets[principal.user_id]
        reserved = bucket.left if time.monotonic() < bucket.until else 0
        if available is None:
            return None
        # While requests are reserved, the shared rate recovers: together they can be more.
        left = min(available.limit, available.remaining + reserved)
        return available._replace(remaining=left)

    async def _reserve(self, principal: Principal, size: int) -> int:
        """Reserve a batch, or a single request if the batch exceeds the limit. Returns the number.

        Raises RateLimited.
        """
        if size > 1:
            with suppress(RateLimited):
                await self._take(principal, size)
                return size
        await self._take(principal, 1)
        return 1

    async def _take(self, principal: Principal, count: int) -> None:
        async with self._tenancy.for_account(principal.account_id).transaction() as db:
            await quotas.consume_rate(db, principal, RateKind.REQUESTS, self._limits, count)

    def _remove_expired_buckets(self) -> None:
        if len(self._buckets) > MAX_BUCKETS:
            now = time.monotonic()
            for user_id, bucket in list(self._buckets.items()):
                if now >= bucket.until:
                    del self._buckets[user_id]


async def check_request_rate(state: Mapping[str, Any], principal: Principal) -> None:
    """Count a request with the rate limiter of the lifespan's state. Raises RateLimited."""
    refusals: Refusals = state[REFUSALS]
    try:
        await state["runtime"].rate_limiter.check(principal)
    except RateLimited as refusal:
        what = f"Rejected a request: {refusal.code.name}, of the user {principal.user_id}."
        refusals.count(RefusalReason.REQUESTS_OF_USER, what, principal.user_id)
        raise
