"""The read queries of the product: session lists, searches, counts and dashboards.

Each list is read in each order, its first page and a deep page, and counted.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import uuid4

import models
from benchmarks.support.account_sample import AccountSample, build_session_filters
from models import Role
from queries import account_events, flow_list, pagination, session_list, user_list
from queries.account_events import EventPosition
from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter, filtered_select
from queries.session_list import SessionOrder
from schema import ids
from server.runtime import Runtime
from services.flows import matching
from services.flows.store import update_success_rate
from services.generations import store as generation_store
from services.generations.token_log import store as token_log
from services.principal import Principal
from services.quotas.store import find_leftover_entries
from services.sessions import store as session_store
from services.store import delete_expired_keys
from storage.pool import execute_statement
from storage.reader import Reader
from storage.transactions import Transaction
from tests.api_client import Api
from tests.operations import GET, SESSION

TIME_ORDERS = [order for order in SessionOrder if order is not SessionOrder.BEST_MATCH]
#: The position of a deep page, as a share of the list.
DEEP_PAGE_SHARE = 0.9

RunQuery = Callable[[], Awaitable[object]]

#: Columns that the console's session list shows.
LISTED_COLUMNS = frozenset(
    {"session_type", "status", "title", "problem_summary", "user_id", "created_at"}
)


@dataclass
class ReadQueries:
    runtime: Runtime
    account: AccountSample
    role: Role = Role.ENGINEER
    queries: dict[str, RunQuery] = field(default_factory=dict)

    @property
    def principal(self) -> Principal:
        return self.account.principal(self.role)

    async def build(self, only: str = "", among: tuple[str, ...] = ("",)) -> dict[str, RunQuery]:
        """The queries whose names start with `only` and with one of `among`."""
        for name, filter in build_session_filters(self.account).items():
            if name.startswith(among) and (name.startswith(only) or only.startswith(name)):
                await self._add_list(name, filter)
        self._add_details()
        self._add_users_and_flows()
        self._add_dashboard()
        return {
            name: run_query
            for name, run_query in self.queries.items()
            if name.startswith(among) and name.startswith(only)
        }

    def _add_read(self, name: str, work: Callable[[Reader], Awaitable[object]]) -> None:
        """Add a query that reads without the ORM."""
        self.queries[name] = partial(work, self.runtime.tenancy.reader(self.account.id))

    async def _add_list(self, name: str, filter: SessionFilter) -> None:
        orders = TIME_ORDERS if filter.search is None else list(SessionOrder)
        for order in orders:
            page = partial(
                session_list.load_session_page,
                principal=self.principal,
                filter=filter,
                order=order,
                columns=LISTED_COLUMNS,
            )
            label = order.lower().replace("_", " ")
            self._add_read(f"{name}: {label}", page)
            if order is not SessionOrder.BEST_MATCH and (
                after := await self._find_deep_cursor(filter, order)
            ):
                self._add_read(f"{name}: {label}, deep", partial(page, after=after))
        self._add_read(
            f"{name}: count", partial(count_sessions, principal=self.principal, filter=filter)
        )

    async def _find_deep_cursor(self, filter: SessionFilter, order: SessionOrder) -> str | None:
        key = (order.column, models.AISession.id)
        caller = {"user_id": self.principal.user_id, "account_id": self.principal.account_id}
        total = await count_sessions(
            self.runtime.tenancy.reader(self.account.id), self.principal, filter
        )
        async with self.runtime.tenancy.for_account(self.account.id).orm_read_transaction() as db:
            # The parameter of the search is its condition.
            condition: Any = filter.search and filter.search.exact
            statement = filtered_select(replace(filter, search=condition)).with_only_columns(*key)
            statement = statement.order_by(
                *(c.desc() if order.is_descending else c.asc() for c in key)
            )
            statement = statement.offset(int(total * DEEP_PAGE_SHARE)).limit(1)
            row = (await db.execute(statement, caller)).first()
        return pagination.encode_cursor(order, *row) if row else None

    def _add_details(self) -> None:
        api, account = Api(self.runtime, self.principal), self.account
        for kind, id in (("ChatSession", account.chat), ("GuidedSession", account.guided)):
            variables = {"id": ids.encode_global_id(kind, id)}
            self.queries[f"one {kind}: all fields"] = partial(api.data, GET, **variables)
            for name, operation in PARTS.items():
                self.queries[f"one {kind}: {name}"] = partial(api.data, operation, **variables)
        self.queries["page with all fields"] = partial(api.data, EVERYTHING)
        user_id = ids.encode_global_id("User", account.owner)
        self.queries["node"] = partial(
            api.data, "query N($id: ID!) { node(id: $id) { id } }", id=user_id
        )

    def _add_users_and_flows(self) -> None:
        principal, account = self.principal, self.account
        self._add_read("users", partial(user_list.load_user_page, principal=principal))
        self._add_read(
            "users: search", partial(user_list.load_user_page, principal=principal, search="ba")
        )
        self._add_read(
            "users: count", partial(user_list.count_users, principal=principal, search=None)
        )
        self._add_read("flows", partial(flow_list.load_flow_page, principal=principal))
        self._add_read(
            "flows: search",
            partial(flow_list.load_flow_page, principal=principal, search="printer"),
        )
        match = partial(matching.best_matches, account_id=account.id, said="no mail in outlook")
        self._add_read("matching flows", match)

        async def close_session() -> None:
            async with self.runtime.tenancy.for_account(account.id).read_transaction() as db:
                await update_success_rate(db, account.id, account.flow)

        self.queries["success rate of a flow"] = close_session

    def _add_dashboard(self) -> None:
        api, account = Api(self.runtime, self.principal), self.account
        self.queries["dashboard: summary"] = partial(api.data, SUMMARY)
        filters: dict[str, Any] = {
            "all sessions": None,
            "type": {"sessionType": "CHAT"},
            "owner": {"ownerId": ids.encode_global_id("User", account.owner)},
            "domain": {"problemDomain": account.domain},
            "common word": {"search": "restart"},
            "rare word": {"search": account.rare_word},
        }
        for name, filter in filters.items():
            self.queries[f"dashboard: snapshot, {name}"] = partial(open_dashboard, api, filter)
        for name, position in (
            ("a recent position", account.recent_position),
            ("the start", EventPosition(0, 0)),
        ):
            events = partial(
                account_events.load_events_after, account_id=account.id, after=position, limit=500
            )
            self._add_read(f"dashboard: events after {name}", events)


async def open_dashboard(api: Api, filter: Any) -> None:
    async with api.subscribed(WATCH, filter=filter) as events:
        await anext(events)


def build_maintenance_queries(runtime: Runtime) -> dict[str, RunQuery]:
    """The periodic background queries of a server."""
    tasks: dict[str, Callable[[Transaction], Awaitable[object]]] = {
        "undescribed sessions": lambda db: db.orm.execute(session_store.UNDESCRIBED_SESSIONS),
        "expired leases": lambda db: execute_statement(
            db.driver, generation_store.TAKE_OVER, {"owner": uuid4()}
        ),
        "merged session counts": session_store.merge_session_counts,
        "expired token logs": token_log.delete_expired_logs,
        "expired idempotency keys": delete_expired_keys,
        "expired tombstones": session_store.delete_expired_tombstones,
        "leftover ledger entries": find_leftover_entries,
    }

    def make_query(work: Callable[[Transaction], Awaitable[object]]) -> RunQuery:
        async def run_query() -> None:
            async with runtime.tenancy.system.read_transaction() as db:
                await work(db)

        return run_query

    return {f"background work: {name}": make_query(work) for name, work in tasks.items()}


#: A list selects the beginnings of long texts: a page of whole ones is too large.
SESSION_OF_LIST = SESSION.replace("markdown", "excerpt").replace("role content", "role excerpt")
EVERYTHING = (
    """
query Everything {
  sessions(first: 25) { edges { node { ...Session
    escalatedBy { account { name } } escalationPackage { id } usage { costUsd }
    history(first: 3) { totalCount edges { node { kind actor { name } } } }
    ... on GuidedSession { steps { edges { node { id answer { answeredBy { name } } } } } }
    ... on ChatSession { suggestedFlows { slug } queuedMessages { generation { id } } }
  } } }
}
"""
    + SESSION_OF_LIST
)
PARTS = {
    "history": """
query H($id: ID!) { session(id: $id) {
  history(first: 50) { totalCount edges { node { kind actor { name } } } }
} }
""",
    "last items": """
query W($id: ID!) { session(id: $id) {
  ... on GuidedSession { steps(last: 3) { edges { node { content } } } }
  ... on ChatSession { messages(last: 3) { edges { node { content } } } }
} }
""",
    "usage": "query U($id: ID!) { session(id: $id) { usage { inputTokens costUsd } } }",
    "documents": "query D($id: ID!) { session(id: $id) { documents { id kind markdown } } }",
}
SUMMARY = """
{ dashboard {
  byStatus { count } byType { count } generating unclaimedEscalations resolvedToday
  medianMinutesToResolve medianTimeToFirstTokenMs
} }
"""
WATCH = """
subscription W($filter: SessionFilter) { dashboardEvents(filter: $filter) {
  ... on DashboardSnapshot { active { id } recent { id } }
} }
"""
