"""A least-recently-used cache with a memory budget."""

from collections.abc import Callable
from typing import TypeVar

from cachetools import LRUCache

Key = TypeVar("Key")
Value = TypeVar("Value")


class SizedLRU(LRUCache[Key, Value]):
    """`getsizeof` estimates the bytes that a value takes; `maxsize` is the budget in bytes.

    `on_evict` receives each value that the cache drops to stay within the budget.
    """

    def __init__(
        self,
        maxsize: int,
        getsizeof: Callable[[Value], int],
        on_evict: Callable[[Value], None] | None = None,
    ) -> None:
        super().__init__(maxsize, getsizeof)
        self._on_evict = on_evict

    def put(self, key: Key, value: Value) -> None:
        """Insert a value, or update the size of one that has grown."""
        # Touch it first: an entry that grows must not be the one that is evicted.
        self.get(key)
        try:
            self[key] = value
        except ValueError:
            # It alone exceeds the budget.
            self.pop(key, None)
            self._evict(value)

    def popitem(self) -> tuple[Key, Value]:
        key, value = super().popitem()
        self._evict(value)
        return key, value

    def _evict(self, value: Value) -> None:
        if self._on_evict is not None:
            self._on_evict(value)
