"""A log message that a client can repeat: written once per episode of an address."""

import logging
from time import monotonic

from cachetools import LRUCache

logger = logging.getLogger(__name__)

#: Seconds without the event after which it is a new episode.
EPISODE_SECONDS = 60.0
#: Addresses whose episode is remembered.
MAX_ADDRESSES = 1_000


class RepeatedLog:
    """One message about events of many addresses."""

    def __init__(self, message: str) -> None:
        """`message` has one `%s`, for the address."""
        self._message = message
        self._last_at: LRUCache[str, float] = LRUCache(MAX_ADDRESSES)

    def warn(self, address: str) -> None:
        """Log the event, unless the address had one within the last `EPISODE_SECONDS`."""
        now = monotonic()
        last_at = self._last_at.get(address)
        self._last_at[address] = now
        if last_at is None or now - last_at > EPISODE_SECONDS:
            logger.warning(f"{self._message}. Further ones are only counted.", address)
