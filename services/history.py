"""Lists of sessions: filtered, ordered, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    String,
    Text,
    Uuid,
    any_,
    cast,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

import models
from models import SessionStatus, SessionType
from services import access, paging
from services.errors import CursorInvalid
from services.limits import PAGE_DEFAULT
from services.paging import Cursors, Page
from services.principal import Principal
from services.reading import Read, Reading, named

S = models.AISession
MOMENT = DateTime(timezone=True)

#: How many statements are remembered: one for each set of columns, kind of filter and order.
STATEMENTS = 500

#: By which a session is known, apart from what clients know it by.
KEY = S.id.label("key")
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
class Filter:
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


def matching(principal: Principal, wanted: Filter) -> Select[models.AISession]:
    return access.visible_sessions(principal).where(*conditions(principal, wanted))


def conditions(principal: Principal, wanted: Filter) -> list[ColumnElement[bool]]:
    to_me = S.escalated_to_id == principal.user_id
    is_unclaimed = S.status == SessionStatus.ESCALATED
    asked: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.session_type, S.session_type.__eq__),
        (wanted.status, S.status.in_),
        (wanted.search, has_words),
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


def has_words(words: str) -> ColumnElement[bool]:
    return S.id.in_(select(func.sessions_with(query_of(words))))


def query_of(words: str) -> ColumnElement[str]:
    """A phrase asks for all of its words: where they stood is not kept."""
    asked = cast(func.websearch_to_tsquery("english", words), Text)
    return cast(func.regexp_replace(asked, r"<(-|\d+)>", "&", "g"), TSQUERY)


def rank(wanted: Filter) -> ColumnElement[float]:
    """How much the words say about a session: most in its title, then in its summary, then in how
    it was solved; nothing elsewhere."""
    if wanted.search is None:
        return literal(0.0, REAL)
    words = models.SessionSearch
    weighed = func.ts_rank(words.head, query_of(wanted.search), type_=REAL)
    return func.coalesce(
        select(weighed).where(words.session_id == S.id).scalar_subquery(), literal(0.0, REAL)
    )


@dataclass(frozen=True, slots=True)
class Shape:
    """What filters have in common that differ in their values: the same statement is for them."""

    given: frozenset[str]
    statuses: int | None
    escalated_to_me: bool | None
    unclaimed: bool | None

    @classmethod
    def of(cls, wanted: Filter) -> "Shape":
        return cls(
            frozenset(name for name in BY_VALUE if getattr(wanted, name) is not None),
            None if wanted.status is None else len(wanted.status),
            wanted.escalated_to_me,
            wanted.unclaimed,
        )

    def by_name(self) -> Filter:
        """A filter with names for the values."""
        asked: dict[str, Any] = {
            name: named(name, kind) for name, kind in BY_VALUE.items() if name in self.given
        }
        if self.statuses is not None:
            asked["status"] = tuple(
                named(f"any_of_{n}", S.status.type) for n in range(self.statuses)
            )
        return Filter(escalated_to_me=self.escalated_to_me, unclaimed=self.unclaimed, **asked)


BY_VALUE: dict[str, Any] = {
    "session_type": S.session_type.type,
    "search": Text(),
    "problem_domain": String(),
    "owner_id": Uuid(),
    "ticket_id": String(),
    "created_after": MOMENT,
    "created_before": MOMENT,
}
#: Whoever is calling, by name.
CALLER: Any = Principal(*(named(name, Uuid()) for name in ("user_id", "account_id")))  # type: ignore[arg-type]
#: Where a page begins, by name.
PLACE = (
    named("weight", REAL()),
    named("moment", MOMENT),
    named("row_id", Uuid()),
)


def values(principal: Principal, wanted: Filter) -> dict[str, Any]:
    """What the names of a statement stand for."""
    given = {name: value for name in BY_VALUE if (value := getattr(wanted, name)) is not None}
    given |= {f"any_of_{n}": status for n, status in enumerate(wanted.status or ())}
    return given | {"user_id": principal.user_id, "account_id": principal.account_id}


async def page(
    db: Reading,
    principal: Principal,
    wanted: Filter,
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
    size = paging.size(first, default=PAGE_DEFAULT)
    place = place_of(after, order) if after is not None else {}
    read = listing(columns, order, bool(place), Shape.of(wanted))
    found = await db.dicts(read, **values(principal, wanted), **place, size=size + 1)
    rows = found[:size]
    return Page(
        rows,
        Cursors(rows, partial(cursor_of, order)),
        has_next=len(found) > size,
        has_previous=after is not None,
    )


@lru_cache(maxsize=STATEMENTS)
def listing(
    columns: frozenset[str], order: SessionOrder, is_behind: bool, shape: Shape
) -> Read[SessionValues]:
    wanted = shape.by_name()
    is_ranked = order is SessionOrder.BEST_MATCH
    weight = rank(wanted).label("weight")
    key = (*([weight] if is_ranked else []), order.column, S.id)
    listed = matching(CALLER, wanted)
    if is_behind:
        own, place = tuple_(*key), tuple_(*PLACE[-len(key) :])
        listed = listed.where(own < place if order.is_descending else own > place)
    listed = listed.order_by(*(c.desc() if order.is_descending else c.asc() for c in key))
    shown = [getattr(S, name) for name in sorted(columns | {order.column.key})]
    return Read(
        listed.with_only_columns(KEY, *shown, *([weight] if is_ranked else [])).limit(
            named("size", Integer())
        )
    )


async def by_id(
    db: Reading, principal: Principal, ids: Sequence[UUID], columns: frozenset[str]
) -> dict[UUID, SessionValues]:
    rows = await db.dicts(by_key(columns), keys=ids, account_id=principal.account_id)
    return {row["key"]: row for row in rows}


@lru_cache(maxsize=STATEMENTS)
def by_key(columns: frozenset[str]) -> Read[SessionValues]:
    found = access.visible_sessions(CALLER).where(S.id == any_(named("keys", ARRAY(Uuid))))
    return Read(found.with_only_columns(KEY, *(getattr(S, name) for name in sorted(columns))))


def cursor_of(order: SessionOrder, row: SessionValues) -> str:
    at = row[order.column.key]
    if order is SessionOrder.BEST_MATCH:
        return paging.encode(order, row["weight"], at, row["key"])
    return paging.encode(order, at, row["key"])


def place_of(cursor: str, order: SessionOrder) -> dict[str, Any]:
    """A cursor of one order means nothing in another. Raises CursorInvalid."""
    types: dict[str, type] = {"moment": datetime, "row_id": UUID}
    if order is SessionOrder.BEST_MATCH:
        types = {"weight": float} | types
    of_order, *place = paging.decode(cursor, str, *types.values())
    if of_order != order:
        raise CursorInvalid
    return dict(zip(types, place, strict=True))


async def count(db: Reading, principal: Principal, wanted: Filter) -> int:
    total: int = await db.first(counting(Shape.of(wanted)), **values(principal, wanted))
    return total


@lru_cache(maxsize=STATEMENTS)
def counting(shape: Shape) -> Read[Any]:
    return Read(matching(CALLER, shape.by_name()).with_only_columns(func.count().label("total")))
