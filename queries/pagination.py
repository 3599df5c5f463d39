"""Keyset pagination: a cursor is the sort key of a row, and the next page starts after it."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson

from services.errors import InvalidCursor, PageTooLarge
from services.limits import CURSOR_CHARS, PAGE_MAX

Row = TypeVar("Row")


class LazyCursors(Sequence[str]):
    """Encodes a cursor on access: of most pages clients read the last one only."""

    def __init__(self, rows: Sequence[Row], cursor_of: Callable[[Row], str]) -> None:
        self._rows = rows
        self._cursor_of: Callable[[Any], str] = cursor_of

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._cursor_of(self._rows[index])


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows in the order of the list; `cursors[i]` is the cursor of `rows[i]`."""

    rows: Sequence[Row]
    cursors: Sequence[str]
    has_next: bool = False
    has_previous: bool = False

    @classmethod
    def of(
        cls, found: Sequence[Row], size: int, cursor_of: Callable[[Row], str], *, has_previous: bool
    ) -> "Page[Row]":
        """The first `size` of the found rows; one more shows that there is a next page."""
        rows = found[:size]
        return cls(rows, LazyCursors(rows, cursor_of), len(found) > size, has_previous)


def encode_cursor(*key: Any) -> str:
    """Encode a sort key. Times keep their microseconds, because a cursor must be exact."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type, field: str = "after") -> tuple[Any, ...]:
    """The sort key of a cursor. Raises InvalidCursor unless it has exactly these types; `field`
    is the argument that it was given as."""
    if len(cursor) > CURSOR_CHARS:
        raise InvalidCursor(field)
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return tuple(parse_key_value(value, type) for value, type in zip(key, types, strict=True))
    except (binascii.Error, ValueError, TypeError, OverflowError):
        raise InvalidCursor(field) from None


def parse_key_value(value: Any, type: type) -> Any:
    """Convert a JSON value to a type. Raises TypeError, ValueError; also for values that Postgres
    rejects: integers beyond 64 bits and strings with a null character."""
    if type in (datetime, UUID) and not isinstance(value, str):
        raise TypeError
    if type is datetime:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            raise ValueError
        return time.astimezone(UTC)
    if type is UUID:
        return UUID(value)
    if not isinstance(value, type) or isinstance(value, bool):
        raise TypeError
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError
    if isinstance(value, str) and "\x00" in value:
        raise ValueError
    return value


def page_size(first: int | None, *, default: int, name: str = "first") -> int:
    """The number of rows of a page. Raises PageTooLarge outside 0 to PAGE_MAX."""
    if first is None:
        return default
    if not 0 <= first <= PAGE_MAX:
        message = f"`{name}` is {first:,}; it must be between 0 and {PAGE_MAX}."
        raise PageTooLarge(message, name)
    return first
