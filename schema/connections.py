"""Relay connections: a list a page at a time, by cursors that stay right while rows are added."""

from collections.abc import Awaitable, Callable, Iterable
from itertools import repeat
from typing import Any, Generic, TypeVar

import strawberry

from queries.pagination import Page, decode, encode, size
from services.errors import InvalidInput
from services.limits import PAGE_MAX

Item = TypeVar("Item")
Row = TypeVar("Row")

new = object.__new__

#: How many steps or messages are shown when no number is asked for.
DEFAULT_SLICE_SIZE = 50


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type(description="An item of a page, and the cursor that stands behind it.")
class Edge(Generic[Item]):
    cursor: str
    node: Item


@strawberry.type(description="A page of a list.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(description="How many items the whole list has. Counted only when asked for.")
    async def total_count(self) -> int:
        return await self.count()


def connection_from_page(
    page: Page[Row], node: Callable[[Row], Item], count: Callable[[], Awaitable[int]]
) -> Connection[Item]:
    return build_connection(page, [node(row) for row in page.rows], page.cursors, count)


def build_connection(
    page: Page[Any], nodes: list[Item], cursors: Iterable[str], count: Callable[[], Awaitable[int]]
) -> Connection[Item]:
    """With cursors for the edges, or `NO_CURSORS` where nobody asks for them."""
    ends = PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
    )
    edges = make_edges(nodes, cursors)
    return Connection(edges=edges, page_info=ends, count=count)


NO_CURSORS = repeat("")


def make_edges(nodes: list[Item], cursors: Iterable[str]) -> list[Edge[Item]]:
    """As many as there are nodes: `NO_CURSORS` has no end."""
    made = []
    for node, cursor in zip(nodes, cursors):  # noqa: B905
        edge: Edge[Item] = new(Edge)
        # Half of what it takes to call the class.
        edge.__dict__ = {"cursor": cursor, "node": node}
        made.append(edge)
    return made


def slice_bounds(
    total: int, first: int | None, after: str | None, last: int | None, before: str | None
) -> tuple[int, int]:
    """The places asked for in a list numbered from 1 to `total`, both ends included.

    Raises PageTooLarge, CursorInvalid, InvalidInput.
    """
    if first is not None and last is not None:
        raise InvalidInput("Ask for `first` or for `last`, not for both.")
    low = decode(after, int)[0] + 1 if after is not None else 1
    high = decode(before, int)[0] - 1 if before is not None else total
    low, high = min(max(low, 1), total + 1), max(min(high, total), 0)
    if last is not None:
        return max(low, high - size(last, default=DEFAULT_SLICE_SIZE, name="last") + 1), high
    return low, min(high, low + size(first, default=min(DEFAULT_SLICE_SIZE, PAGE_MAX)) - 1)


def slice_page(rows: list[Row], low: int, total: int) -> Page[Row]:
    """A page of a numbered list that begins at place `low`."""
    high = low + len(rows) - 1
    return Page(
        rows,
        [encode(place) for place in range(low, high + 1)],
        has_next=high < total,
        has_previous=low > 1,
    )
