"""Lists of sessions: filtered, ordered, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    BindParameter,
    ColumnElement,
    Select,
    Uuid,
    any_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import SessionStatus, SessionType
from services import access, finding, paging
from services.errors import CursorInvalid
from services.limits import PAGE_DEFAULT
from services.paging import Page
from services.principal import Principal

S = models.AISession
SHORT = timedelta(days=92)


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
    is_unclaimed = S.status == known(SessionStatus.ESCALATED)
    asked: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.session_type, lambda value: S.session_type == known(value)),
        (wanted.status, lambda values: S.status.in_(known(values))),
        (wanted.search, finding.has_words),
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


def known(value: Any) -> BindParameter[Any]:
    """Stands in the statement itself: how many sessions are in a status the planner knows, but not
    where it plans once for any status."""
    return bindparam(None, value, literal_execute=True, expanding=not isinstance(value, str))


async def narrowed(
    db: AsyncSession, principal: Principal, wanted: Filter
) -> tuple[Select[models.AISession], bool]:
    """What `matching` finds, by the shorter way where words are asked for; and whether many
    sessions have these."""
    if wanted.search is None:
        return matching(principal, wanted), False
    few = await finding.few_with(db, wanted.search)
    if few is None:
        return matching(principal, wanted), True
    named = S.id == any_(literal(few, ARRAY(Uuid)))
    return matching(principal, replace(wanted, search=None)).where(named), False


def latest(listed: Select[models.AISession], principal: Principal) -> Select[models.AISession]:
    """Of many, those that are put in the order of how well they match."""
    newest = listed.order_by(S.created_at.desc(), S.id.desc()).limit(finding.FEW)
    return matching(principal, Filter()).where(S.id.in_(newest.with_only_columns(S.id)))


def rank(wanted: Filter) -> ColumnElement[float]:
    """How much the words say about a session: most in its title, then in its summary, then in how
    it was solved; nothing elsewhere."""
    if wanted.search is None:
        return literal(0.0, REAL)
    words = models.SessionSearch
    weighed = func.ts_rank(words.head, finding.query_of(wanted.search), type_=REAL)
    return func.coalesce(
        select(weighed).where(words.session_id == S.id).scalar_subquery(), literal(0.0, REAL)
    )


async def page(
    db: AsyncSession,
    principal: Principal,
    wanted: Filter,
    order: SessionOrder,
    *,
    first: int | None = None,
    after: str | None = None,
) -> Page[models.AISession]:
    """One page. A row that changes while somebody pages moves to the front of the list by
    update time: it may be seen again there, but no other row is skipped for it.

    Raises PageTooLarge, CursorInvalid.
    """
    size = paging.size(first, default=PAGE_DEFAULT)
    weight = rank(wanted) if order is SessionOrder.BEST_MATCH else literal(0.0, REAL)
    columns = (*([weight] if order is SessionOrder.BEST_MATCH else []), order.column, S.id)
    listed, are_many = await narrowed(db, principal, wanted)
    if order is SessionOrder.BEST_MATCH and are_many:
        listed = latest(listed, principal)
    if after is not None:
        key, place = tuple_(*columns), tuple_(*place_of(after, order))
        listed = listed.where(key < place if order.is_descending else key > place)
    if order is SessionOrder.UPDATED_AT_DESC and is_short(wanted):
        columns = (order.column + literal(timedelta(0)), S.id)
    listed = listed.order_by(*(c.desc() if order.is_descending else c.asc() for c in columns))
    rows = (await db.execute(listed.add_columns(weight).limit(size + 1))).all()
    shown = rows[:size]
    return Page(
        [row for row, _ in shown],
        [cursor_of(row, weight, order) for row, weight in shown],
        has_next=len(rows) > size,
        has_previous=after is not None,
    )


def is_short(wanted: Filter) -> bool:
    """Whether it asks for a window of creation so short that what is in it is better put in order
    than looked for from the newest on, which the planner takes for near."""
    after, before = wanted.created_after, wanted.created_before
    return after is not None and before is not None and before - after <= SHORT


def cursor_of(row: models.AISession, weight: float, order: SessionOrder) -> str:
    at = getattr(row, order.column.key)
    if order is SessionOrder.BEST_MATCH:
        return paging.encode(order, weight, at, row.id)
    return paging.encode(order, at, row.id)


def place_of(cursor: str, order: SessionOrder) -> tuple[Any, ...]:
    """A cursor of one order means nothing in another. Raises CursorInvalid."""
    if order is SessionOrder.BEST_MATCH:
        of_order, weight, moment, id = paging.decode(cursor, str, float, datetime, UUID)
        place: tuple[Any, ...] = (literal(weight, REAL), moment, id)
    else:
        of_order, moment, id = paging.decode(cursor, str, datetime, UUID)
        place = (moment, id)
    if of_order != order:
        raise CursorInvalid
    return place


async def tallied(db: AsyncSession, principal: Principal, wanted: Filter) -> int:
    """Those of some types and statuses, as triggers have counted them."""
    tally = models.SessionTally
    counted = select(func.sum(tally.sessions)).where(tally.account_id == principal.account_id)
    if wanted.session_type is not None:
        counted = counted.where(tally.session_type == wanted.session_type)
    if wanted.status is not None:
        counted = counted.where(tally.status.in_(wanted.status))
    if wanted.unclaimed is not None:
        is_waiting = tally.status == SessionStatus.ESCALATED
        counted = counted.where(is_waiting if wanted.unclaimed else ~is_waiting)
    return int(await db.scalar(counted) or 0)


async def count(db: AsyncSession, principal: Principal, wanted: Filter) -> int:
    """Of what is tallied nobody has to count the sessions."""
    if wanted.escalated_to_me is False:
        all_of_them = await count(db, principal, replace(wanted, escalated_to_me=None))
        return all_of_them - await count(db, principal, replace(wanted, escalated_to_me=True))
    if replace(wanted, session_type=None, status=None, unclaimed=None) == Filter():
        return await tallied(db, principal, wanted)
    listed = matching(principal, replace(wanted, search=None))
    if wanted.search is not None:
        found = finding.all_with(wanted.search)
        if wanted == Filter(search=wanted.search):
            return await db.scalar(select(func.count()).select_from(found.subquery())) or 0
        listed = listed.where(S.id.in_(found))
    return await db.scalar(listed.with_only_columns(func.count())) or 0
