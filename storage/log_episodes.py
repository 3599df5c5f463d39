"""Log messages about events that a client can repeat: written once per episode."""

from collections.abc import Hashable
from time import monotonic

from cachetools import LRUCache

#: Seconds without the event after which it is a new episode.
EPISODE_SECONDS = 60.0
#: Keys whose episode is remembered.
MAX_KEYS = 1_000


class LogEpisodes:
    """Events of many keys, such as addresses. An episode of a key ends after `EPISODE_SECONDS`
    without an event of it."""

    def __init__(self) -> None:
        self._last_at: LRUCache[Hashable, float] = LRUCache(MAX_KEYS)

    def begin_with(self, key: Hashable) -> bool:
        """Record an event. Returns whether it is the first of an episode."""
        is_first = not self.is_open(key)
        self._last_at[key] = monotonic()
        return is_first

    def is_open(self, key: Hashable) -> bool:
        """Whether the key has had an event within the last `EPISODE_SECONDS`."""
        last_at = self._last_at.get(key)
        return last_at is not None and monotonic() - last_at <= EPISODE_SECONDS
