"""Relay connections: a list a page at a time, by cursors that stay valid while rows are added."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import repeat
from typing import Any, Generic, TypeVar

import strawberry

from queries.pagination import Page, decode_cursor, encode_cursor, page_size
from schema.descriptions import CURSOR
from services.errors import InvalidInput
from services.limits import SLICE_DEFAULT

Item = TypeVar("Item")
Row = TypeVar("Row")

#: In place of cursors that the operation does not select.
NO_CURSORS = repeat("")


@strawberry.type(description="Position of a page within its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether items follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether items precede this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item, for `before`; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last item, for `after`; null on an empty page."
    )


@strawberry.type(description="Item of a page with its cursor.")
class Edge(Generic[Item]):
    cursor: str = strawberry.field(description=CURSOR)
    node: Item = strawberry.field(description="The item itself.")


@strawberry.type(description="Page of a list, with its position in the list.")
class Connection(Generic[Item]):
    edges: list[Edge[Item]] = strawberry.field(description="Items of the page with their cursors.")
    page_info: PageInfo = strawberry.field(description="Whether and how to read on.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field(
        description="Number of items on all pages together; counted only where selected."
    )
    async def total_count(self) -> int:
        return await self.count()


def connection_from_page(
    page: Page[Row], node: Callable[[Row], Item], count: Callable[[], Awaitable[int]]
) -> Connection[Item]:
    return build_connection(page, [node(row) for row in page.rows], page.cursors, count)


def connection_from_slice(
    rows: Sequence[Row], low: int, total: int, node: Callable[[Row], Item]
) -> Connection[Item]:
    """Of the items of a numbered list of `total` that begin with number `low`."""

    async def count() -> int:
        return total

    high = low + len(rows) - 1
    cursors = [encode_cursor(number) for number in range(low, high + 1)]
    page = Page(rows, cursors, has_next=high < total, has_previous=low > 1)
    return connection_from_page(page, node, count)


def build_connection(
    page: Page[Any], nodes: list[Item], cursors: Iterable[str], count: Callable[[], Awaitable[int]]
) -> Connection[Item]:
    """With cursors for the edges, or `NO_CURSORS`, which has no end."""
    edges = [Edge(cursor=cursor, node=node) for node, cursor in zip(nodes, cursors)]  # noqa: B905
    return Connection(edges=edges, page_info=build_page_info(page), count=count)


def build_page_info(page: Page[Any]) -> PageInfo:
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursors[0] if page.cursors else None,
        end_cursor=page.cursors[-1] if page.cursors else None,
    )


def slice_bounds(
    total: int, first: int | None, after: str | None, last: int | None, before: str | None
) -> tuple[int, int]:
    """First and last number of a page in a list numbered from 1 to `total`.

    Raises PageTooLarge, InvalidCursor, InvalidInput.
    """
    if first is not None and last is not None:
        raise InvalidInput("Ask for `first` or for `last`, not for both.", "last")
    low = decode_cursor(after, int)[0] + 1 if after is not None else 1
    high = decode_cursor(before, int, field="before")[0] - 1 if before is not None else total
    low, high = min(max(low, 1), total + 1), max(min(high, total), 0)
    if last is not None:
        return max(low, high - page_size(last, default=SLICE_DEFAULT, name="last") + 1), high
    return low, min(high, low + page_size(first, default=SLICE_DEFAULT) - 1)
