"""Lists of sessions: filtered, ordered, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import SessionStatus, SessionType
from queries import full_text, pagination
from queries.pagination import LazyCursors, Page
from services.errors import InvalidCursor
from services.limits import PAGE_DEFAULT
from services.principal import Principal
from services.sessions import access
from storage.reader import Reader
from storage.statements import Query, param

S = models.AISession
TIMESTAMP = DateTime(timezone=True)
SHORT_WINDOW = timedelta(days=92)

#: How many statements are remembered: one for each set of columns, kind of filter and order.
STATEMENT_CACHE_SIZE = 500

#: By which a session is known, apart from what clients know it by.
SESSION_KEY = S.id.label("key")
#: What a session is shown with: values by the names of columns.
SessionValues = dict[str, Any]


class SessionOrder(StrEnum):
    UPDATED_AT_DESC = "updated_at_desc"
    CREATED_AT_DESC = "created_at_desc"
    CREATED_AT_ASC = "created_at_asc"
    BEST_MATCH = "best_match"

    @property
    def column(self) -> Any:
        return S.updated_at if self is SessionOrder.UPDATED_AT_DESC else S.created_at

    @property
    def is_descending(self) -> bool:
        return self is not SessionOrder.CREATED_AT_ASC


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """All that is given must hold; None asks for nothing."""

    session_type: SessionType | None = None
    status: Sequence[SessionStatus] | None = None
    search: str | None = None
    problem_domain: str | None = None
    owner_id: UUID | None = None
    escalated_to_me: bool | None = None
    unclaimed: bool | None = None
    ticket_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


def filtered_select(principal: Principal, wanted: SessionFilter) -> Select[models.AISession]:
    return access.visible_sessions(principal).where(*filter_conditions(principal, wanted))


def filter_conditions(principal: Principal, wanted: SessionFilter) -> list[ColumnElement[bool]]:
    to_me = S.escalated_to_id == principal.user_id
    is_unclaimed = S.status == inline_literal(SessionStatus.ESCALATED)
    asked: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.session_type, lambda value: S.session_type == inline_literal(value)),
        (wanted.status, lambda values: S.status.in_(inline_literal(values))),
        (wanted.search, full_text.contains_words),
        (wanted.problem_domain, S.problem_domain.__eq__),
        (wanted.owner_id, S.user_id.__eq__),
        (wanted.ticket_id, S.psa_ticket_id.__eq__),
        (wanted.created_after, S.created_at.__ge__),
        (wanted.created_before, S.created_at.__lt__),
    ]
    held = [holds(value) for value, holds in asked if value is not None]
    if wanted.escalated_to_me is not None:
        held.append(to_me if wanted.escalated_to_me else to_me.is_not(True))
    if wanted.unclaimed is not None:
        held.append(is_unclaimed if wanted.unclaimed else ~is_unclaimed)
    return held


def inline_literal(value: Any) -> BindParameter[Any]:
    """Stands in the statement itself: how many sessions are in a status the planner knows, but not
    where it plans once for any status."""
    return bindparam(None, value, literal_execute=True, expanding=not isinstance(value, str))


def newest_matches(
    listed: Select[models.AISession], principal: Principal
) -> Select[models.AISession]:
    """Of many, those that are put in the order of how well they match."""
    newest = listed.order_by(S.created_at.desc(), S.id.desc()).limit(full_text.RARE_LIMIT)
    return filtered_select(principal, SessionFilter()).where(
        S.id.in_(newest.with_only_columns(S.id))
    )


def search_rank(search: str | None) -> ColumnElement[float]:
    """How much the words say about a session: most in its title, then in its summary, then in how
    it was solved; nothing elsewhere."""
    if search is None:
        return literal(0.0, REAL)
    words = models.SessionSearch
    weighed = func.ts_rank(words.head, full_text.parse_search(search), type_=REAL)
    return func.coalesce(
        select(weighed).where(words.session_id == S.id).scalar_subquery(), literal(0.0, REAL)
    )


@dataclass(frozen=True, slots=True)
class FilterShape:
    """What filters have in common that differ in their values: the same statement is for them."""

    value_fields: frozenset[str]
    session_type: SessionType | None
    statuses: frozenset[SessionStatus] | None
    escalated_to_me: bool | None
    unclaimed: bool | None
    #: The window of creation is so short that what is in it is better put in order than looked
    #: for from the newest on, which the planner takes for near.
    has_short_window: bool

    @classmethod
    def of(cls, wanted: SessionFilter) -> "FilterShape":
        after, before = wanted.created_after, wanted.created_before
        return cls(
            frozenset(name for name in VALUE_FIELDS if getattr(wanted, name) is not None),
            wanted.session_type,
            None if wanted.status is None else frozenset(wanted.status),
            wanted.escalated_to_me,
            wanted.unclaimed,
            after is not None and before is not None and before - after <= SHORT_WINDOW,
        )

    @property
    def search(self) -> Any:
        return param("search", VALUE_FIELDS["search"]) if "search" in self.value_fields else None

    def with_parameters(self) -> SessionFilter:
        """A filter with names for the values."""
        asked: dict[str, Any] = {
            name: param(name, VALUE_FIELDS[name]) for name in self.value_fields
        }
        return SessionFilter(
            session_type=self.session_type,
            status=None if self.statuses is None else sorted(self.statuses),
            escalated_to_me=self.escalated_to_me,
            unclaimed=self.unclaimed,
            **asked,
        )


VALUE_FIELDS: dict[str, Any] = {
    "search": Text(),
    "problem_domain": String(),
    "owner_id": Uuid(),
    "ticket_id": String(),
    "created_after": TIMESTAMP,
    "created_before": TIMESTAMP,
}
#: Where a page begins, by name.
CURSOR_PARAMETERS = (
    param("weight", REAL()),
    param("moment", TIMESTAMP),
    param("row_id", Uuid()),
)


def filter_parameters(principal: Principal, wanted: SessionFilter) -> dict[str, Any]:
    """What the names of a statement stand for."""
    given = {name: value for name in VALUE_FIELDS if (value := getattr(wanted, name)) is not None}
    return given | {"user_id": principal.user_id, "account_id": principal.account_id}


async def load_session_page(
    db: Reader,
    principal: Principal,
    wanted: SessionFilter,
    order: SessionOrder,
    *,
    columns: frozenset[str],
    first: int | None = None,
    after: str | None = None,
) -> Page[SessionValues]:
    """One page, of each session these columns. A row that changes while somebody pages moves to
    the front of the list by update time: it may be seen again there, but no other row is skipped
    for it.

    Raises PageTooLarge, CursorInvalid.
    """
    size = pagination.page_size(first, default=PAGE_DEFAULT)
    place = cursor_parameters(after, order) if after is not None else {}
    few = await full_text.find_rare_matches(db, wanted.search)
    read = session_page_query(
        columns, order, bool(place), FilterShape.of(wanted), are_few=few is not None
    )
    given = filter_parameters(principal, wanted)
    found = await db.fetch_dicts(read, **given, **place, few=few, size=size + 1)
    rows = found[:size]
    return Page(
        rows,
        LazyCursors(rows, partial(session_cursor, order)),
        has_next=len(found) > size,
        has_previous=after is not None,
    )


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def session_page_query(
    columns: frozenset[str],
    order: SessionOrder,
    is_behind: bool,
    shape: FilterShape,
    *,
    are_few: bool,
) -> Query[SessionValues]:
    is_ranked = order is SessionOrder.BEST_MATCH
    weight = search_rank(shape.search).label("weight")
    key = (*([weight] if is_ranked else []), order.column, S.id)
    listed = candidate_select(shape, is_ranked=is_ranked, are_few=are_few)
    if is_behind:
        own, place = tuple_(*key), tuple_(*CURSOR_PARAMETERS[-len(key) :])
        listed = listed.where(own < place if order.is_descending else own > place)
    if order is SessionOrder.UPDATED_AT_DESC and shape.has_short_window:
        # No index has it in this order.
        key = (order.column + literal(timedelta(0)), S.id)
    listed = listed.order_by(*(c.desc() if order.is_descending else c.asc() for c in key))
    shown = [getattr(S, name) for name in sorted(columns | {order.column.key})]
    return Query(
        listed.with_only_columns(SESSION_KEY, *shown, *([weight] if is_ranked else [])).limit(
            param("size", Integer())
        )
    )


def candidate_select(
    shape: FilterShape, *, is_ranked: bool, are_few: bool
) -> Select[models.AISession]:
    wanted = shape.with_parameters()
    if are_few:
        few = S.id == any_(param("few", ARRAY(Uuid)))
        return filtered_select(access.CALLER, replace(wanted, search=None)).where(few)
    listed = filtered_select(access.CALLER, wanted)
    return (
        newest_matches(listed, access.CALLER)
        if is_ranked and "search" in shape.value_fields
        else listed
    )


async def load_sessions_by_id(
    db: Reader, ids: Sequence[UUID], columns: frozenset[str]
) -> dict[UUID, SessionValues]:
    rows = await db.fetch_dicts(sessions_by_id_query(columns), keys=ids, account_id=db.account_id)
    return {row["key"]: row for row in rows}


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def sessions_by_id_query(columns: frozenset[str]) -> Query[SessionValues]:
    found = access.visible_sessions(access.CALLER).where(S.id == any_(param("keys", ARRAY(Uuid))))
    return Query(
        found.with_only_columns(SESSION_KEY, *(getattr(S, name) for name in sorted(columns)))
    )


def session_cursor(order: SessionOrder, row: SessionValues) -> str:
    at = row[order.column.key]
    if order is SessionOrder.BEST_MATCH:
        return pagination.encode_cursor(order, row["weight"], at, row["key"])
    return pagination.encode_cursor(order, at, row["key"])


def cursor_parameters(cursor: str, order: SessionOrder) -> dict[str, Any]:
    """A cursor of one order means nothing in another. Raises CursorInvalid."""
    types: dict[str, type] = {"moment": datetime, "row_id": UUID}
    if order is SessionOrder.BEST_MATCH:
        types = {"weight": float} | types
    of_order, *place = pagination.decode_cursor(cursor, str, *types.values())
    if of_order != order:
        raise InvalidCursor
    return dict(zip(types, place, strict=True))


async def count_sessions(db: Reader, principal: Principal, wanted: SessionFilter) -> int:
    """Of what is tallied nobody has to count the sessions."""
    if wanted.escalated_to_me is False:
        all_of_them = await count_sessions(db, principal, replace(wanted, escalated_to_me=None))
        to_me = await count_sessions(db, principal, replace(wanted, escalated_to_me=True))
        # One may have been handed over in between.
        return max(0, all_of_them - to_me)
    total: int = await db.fetch_value(
        session_count_query(FilterShape.of(wanted)), **filter_parameters(principal, wanted)
    )
    return total


@lru_cache(maxsize=STATEMENT_CACHE_SIZE)
def session_count_query(shape: FilterShape) -> Query[Any]:
    total = func.count().label("total")
    if not shape.value_fields and shape.escalated_to_me is None:
        return Query(count_from_tallies(shape))
    listed = filtered_select(access.CALLER, replace(shape.with_parameters(), search=None))
    if shape.search is not None:
        having = full_text.select_all_matches(shape.search)
        if shape == SEARCH_ONLY:
            return Query(select(total).select_from(having.subquery()))
        listed = listed.where(S.id.in_(having))
    return Query(listed.with_only_columns(total))


SEARCH_ONLY = FilterShape.of(SessionFilter(search="words"))


def count_from_tallies(shape: FilterShape) -> Select[Any]:
    """Those of some types and statuses, as triggers have counted them."""
    tally = models.SessionCount
    total = cast(func.coalesce(func.sum(tally.sessions), 0), BigInteger).label("total")
    counted = select(total).where(tally.account_id == access.CALLER.account_id)
    if shape.session_type is not None:
        counted = counted.where(tally.session_type == shape.session_type)
    if shape.statuses is not None:
        counted = counted.where(tally.status.in_(sorted(shape.statuses)))
    if shape.unclaimed is not None:
        is_waiting = tally.status == SessionStatus.ESCALATED
        counted = counted.where(is_waiting if shape.unclaimed else ~is_waiting)
    return counted
