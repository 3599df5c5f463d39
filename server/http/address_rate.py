"""Rates by client address, in this process: token buckets in a table that stays small."""

import math
from time import monotonic

from cachetools import LRUCache

#: Addresses that are remembered. Beyond it the one that was used longest ago starts anew.
MAX_ADDRESSES = 10_000


class AddressRate:
    """Allows each address `per_minute` events at once, and as many again per minute.

    A bucket is one number: the time at which it is full again (GCRA). Nothing has to be refilled.
    """

    def __init__(self, per_minute: int | None) -> None:
        """None for no limit."""
        self._interval = 60 / per_minute if per_minute else 0.0
        self._full_at: LRUCache[str, float] = LRUCache(MAX_ADDRESSES)

    def is_full(self, address: str) -> bool:
        """Whether nothing counts for the address."""
        full_at = self._full_at.get(address)
        return full_at is None or full_at <= monotonic()

    def take(self, address: str) -> int:
        """Count an event. Returns 0, or the seconds until the next one is allowed."""
        if not self._interval:
            return 0
        now = monotonic()
        full_at = max(self._full_at.get(address, now), now) + self._interval
        if full_at - now > 60 + self._interval / 2:
            return max(1, math.ceil(full_at - now - 60))
        self._full_at[address] = full_at
        return 0

    def give_back(self, address: str) -> None:
        """Undo a `take` that was allowed."""
        if (full_at := self._full_at.get(address)) is not None:
            self._full_at[address] = full_at - self._interval
