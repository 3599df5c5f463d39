"""Lists ordered by a name: their pages and counts."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Integer, Select, String, Uuid, func, tuple_

from queries import pagination
from queries.pagination import Page
from storage.reader import Reader
from storage.statements import Query, model_columns, param

Row = TypeVar("Row", bound=Any)

#: The parameter of a search text.
SEARCH = "search"
#: The sort key of the row before the page.
CURSOR_PARAMETERS = (param("after_name", String()), param("after_id", Uuid()))


class NameOrderedList(Generic[Row]):
    """The rows of a model, ordered by the column `by`, then by id.

    `select_rows` selects the rows that match the parameters with these names; a page has the
    columns `names`.
    """

    def __init__(
        self,
        model: type[Row],
        by: str,
        names: tuple[str, ...],
        select_rows: Callable[[frozenset[str]], Select[Row]],
    ) -> None:
        self._model = model
        self._by = by
        self._names = names
        self._select_rows = select_rows
        self._page_query = cache(self._build_page_query)
        self._count_query = cache(self._build_count_query)

    async def load_page(
        self, db: Reader, parameters: Mapping[str, Any], *, size: int, after: str | None
    ) -> Page[Row]:
        """Raises InvalidCursor."""
        query = self._page_query(frozenset(parameters), after is not None)
        cursor = name_cursor_parameters(after)
        rows = await db.fetch_rows(query, **parameters, **cursor, size=size + 1)
        return Page.of(rows, size, self._encode_cursor, has_previous=after is not None)

    async def count_rows(self, db: Reader, parameters: Mapping[str, Any]) -> int:
        count: int = await db.fetch_value(self._count_query(frozenset(parameters)), **parameters)
        return count

    def _build_page_query(self, parameters: frozenset[str], has_cursor: bool) -> Query[Row]:
        """Parameters: those of the rows, size, and with a cursor after_name and after_id."""
        listed = self._select_rows(parameters)
        key = model_columns(self._model, self._by, "id")
        if has_cursor:
            listed = listed.where(tuple_(*key) > tuple_(*CURSOR_PARAMETERS))
        page: Any = listed.order_by(*key).limit(param("size", Integer()))
        columns = model_columns(self._model, *self._names)
        return Query(page.with_only_columns(*columns), self._model, is_search=SEARCH in parameters)

    def _build_count_query(self, parameters: frozenset[str]) -> Query[Any]:
        counted = self._select_rows(parameters).with_only_columns(func.count().label("total"))
        return Query(counted, is_search=SEARCH in parameters)

    def _encode_cursor(self, row: Row) -> str:
        return pagination.encode_cursor(getattr(row, self._by), row.id)


def name_cursor_parameters(cursor: str | None) -> dict[str, Any]:
    """Raises InvalidCursor."""
    if cursor is None:
        return {}
    name, row_id = pagination.decode_cursor(cursor, str, UUID)
    return {"after_name": name, "after_id": row_id}
