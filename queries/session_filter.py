"""The filter of session lists: its conditions in SQL, and what its statements are cached by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, DateTime, Select, String, Text, Uuid, bindparam

from models import AISession, SessionStatus, SessionType
from queries.full_text import SearchMatches, matches_condition
from services.principal import Principal
from services.sessions.store import VISIBLE_SESSIONS
from services.text_search.search_query import SearchQuery
from storage.statements import param

#: In a shorter window of creation it is cheaper to sort its sessions than to walk the index by
#: update time; the planner estimates the opposite.
SHORT_WINDOW = timedelta(days=92)
#: The id of the calling user, as a parameter.
CALLER_USER_ID: Any = param("user_id", Uuid())
#: The fields of a filter that are parameters of the statement, with their types.
VALUE_FIELDS: dict[str, Any] = {
    "search": Text(),
    "problem_domain": String(),
    "owner_id": Uuid(),
    "ticket_id": String(),
    "created_after": DateTime(timezone=True),
    "created_before": DateTime(timezone=True),
}


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Conditions that must all hold; None is no condition."""

    session_type: SessionType | None = None
    status: Sequence[SessionStatus] | None = None
    search: SearchQuery | None = None
    problem_domain: str | None = None
    owner_id: UUID | None = None
    escalated_to_me: bool | None = None
    unclaimed: bool | None = None
    ticket_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class FilterShape:
    """What decides the statement of a filter. Filters that differ only in the values of
    `value_fields` share a statement."""

    value_fields: frozenset[str]
    session_type: SessionType | None
    statuses: frozenset[SessionStatus] | None
    escalated_to_me: bool | None
    unclaimed: bool | None
    has_short_window: bool

    @classmethod
    def of(cls, filter: SessionFilter) -> "FilterShape":
        after, before = filter.created_after, filter.created_before
        return cls(
            frozenset(name for name in VALUE_FIELDS if getattr(filter, name) is not None),
            filter.session_type,
            None if filter.status is None else frozenset(filter.status),
            filter.escalated_to_me,
            filter.unclaimed,
            after is not None and before is not None and before - after <= SHORT_WINDOW,
        )

    @property
    def search(self) -> Any:
        """The parameter of the search text; None without a search."""
        return param("search", VALUE_FIELDS["search"]) if "search" in self.value_fields else None

    def with_parameters(self) -> SessionFilter:
        """The filter with parameters in place of the values."""
        parameters: dict[str, Any] = {
            name: param(name, VALUE_FIELDS[name]) for name in self.value_fields
        }
        return SessionFilter(
            session_type=self.session_type,
            status=None if self.statuses is None else sorted(self.statuses),
            escalated_to_me=self.escalated_to_me,
            unclaimed=self.unclaimed,
            **parameters,
        )


def filter_parameters(
    principal: Principal, filter: SessionFilter, matches: SearchMatches | None = None
) -> dict[str, Any]:
    """The values of a statement's parameters: the fields of the filter, and the caller. Without
    `matches`, the search is widened."""
    values = {name: value for name in VALUE_FIELDS if (value := getattr(filter, name)) is not None}
    if filter.search is not None:
        values["search"] = matches.condition if matches else filter.search.widened
    ids = matches.ids if matches else None
    caller = {"user_id": principal.user_id, "account_id": principal.account_id}
    return values | caller | {"matches": ids}


def filtered_select(filter: SessionFilter) -> Select[AISession]:
    """The visible sessions that match. Parameters: user_id, account_id."""
    return VISIBLE_SESSIONS.where(*filter_conditions(filter))


def filter_conditions(filter: SessionFilter) -> list[ColumnElement[bool]]:
    to_me = AISession.escalated_to_id == CALLER_USER_ID
    is_unclaimed = AISession.status == inline_literal(SessionStatus.ESCALATED)
    fields: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (filter.session_type, lambda value: AISession.session_type == inline_literal(value)),
        (filter.status, lambda values: AISession.status.in_(inline_literal(values))),
        (filter.search, matches_condition),
        (filter.problem_domain, AISession.problem_domain.__eq__),
        (filter.owner_id, AISession.user_id.__eq__),
        (filter.ticket_id, AISession.psa_ticket_id.__eq__),
        (filter.created_after, AISession.created_at.__ge__),
        (filter.created_before, AISession.created_at.__lt__),
    ]
    conditions = [condition(value) for value, condition in fields if value is not None]
    if filter.escalated_to_me is not None:
        conditions.append(to_me if filter.escalated_to_me else to_me.is_not(True))
    if filter.unclaimed is not None:
        conditions.append(is_unclaimed if filter.unclaimed else ~is_unclaimed)
    return conditions


def inline_literal(value: Any) -> BindParameter[Any]:
    """A literal in the SQL text. The planner has statistics of each status and type; a generic
    plan for a parameter ignores them."""
    return bindparam(None, value, literal_execute=True, expanding=not isinstance(value, str))
