"""Things that are found again as long as there is room for them."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class SizedLRU(Generic[Key, Value]):
    """Those used last. `room` and sizes are in bytes of memory; `forgotten` is told of each that
    has made room for another."""

    def __init__(self, room: int, forgotten: Callable[[Value], None] | None = None) -> None:
        self._room = room
        self._forgotten = forgotten
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._size = 0

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key) -> Value | None:
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """What is not there yet. Of what alone takes all the room nothing is kept."""
        self._values[key] = value, size
        self._size += size
        while self._size > self._room:
            _, (value, freed) = self._values.popitem(last=False)
            self._size -= freed
            if self._forgotten is not None:
                self._forgotten(value)
