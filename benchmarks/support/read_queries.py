"""What can be asked of a history, as functions that ask it of a running server.

Each list is asked for in each order, for its first page and for one far behind; and counted.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Role, SessionStatus, SessionType
from queries import account_events, flow_list, pagination, session_list, user_list
from queries.account_events import EventPosition
from queries.session_counts import count_sessions
from queries.session_filter import SessionFilter, filtered_select
from queries.session_list import SessionOrder
from schema import ids
from server.runtime import Runtime
from services.flows import matching
from services.flows.store import update_success_rate
from services.generations.leases import store as leases
from services.generations.token_log import store as token_log
from services.principal import Principal
from services.quotas.store import find_leftover_entries
from services.sessions import store as session_store
from services.store import delete_expired_keys
from storage.reader import Reader
from storage.transactions import Transaction
from tests.api_client import Api
from tests.operations import GET, SESSION

S = models.AISession
TIME_ORDERS = [order for order in SessionOrder if order is not SessionOrder.BEST_MATCH]
#: How far behind the beginning a page is that is far behind.
DEEP_PAGE_SHARE = 0.9

RunQuery = Callable[[], Awaitable[object]]

#: What the history shows of a session.
LISTED_COLUMNS = frozenset(
    {"session_type", "status", "title", "problem_summary", "user_id", "created_at"}
)


@dataclass(frozen=True, slots=True)
class AccountSample:
    """Whose history is asked for, and what is in it that one may ask for."""

    id: UUID
    sessions: int
    users_by_role: dict[Role, UUID]
    owner: UUID
    domain: str
    ticket: str
    rare_word: str
    chat: UUID
    guided: UUID
    flow: UUID
    first_created_at: datetime
    last_created_at: datetime
    #: Some hundred events before the last.
    recent_position: EventPosition

    def principal(self, role: Role) -> Principal:
        return Principal(self.users_by_role[role], self.id, role)


SELECT_SAMPLE = text(
    """
    WITH mine AS MATERIALIZED (
        SELECT * FROM ai_sessions WHERE account_id = :id
    ), rare AS (
        SELECT word FROM session_search JOIN mine ON mine.id = session_id,
            unnest(tsvector_to_array(document)) word
        WHERE word LIKE 'ws%' ORDER BY word LIMIT 1
    )
    SELECT count(*) AS sessions, min(created_at) AS begun, max(created_at) AS ended,
        mode() WITHIN GROUP (ORDER BY user_id) AS owner,
        mode() WITHIN GROUP (ORDER BY problem_domain) AS domain,
        mode() WITHIN GROUP (ORDER BY matched_flow_id) AS flow,
        max(psa_ticket_id) AS ticket, (SELECT word FROM rare) AS rare,
        (array_agg(id ORDER BY step_count DESC) FILTER (WHERE session_type = 'chat'))[1] AS chat,
        (array_agg(id ORDER BY step_count DESC) FILTER (WHERE session_type = 'guided'))[1] AS guided
    FROM mine
    """
)


SELECT_RECENT_POSITION = text(
    "SELECT xact_id, id FROM ai_session_events WHERE account_id = :id"
    " ORDER BY xact_id DESC, id DESC OFFSET 300 LIMIT 1"
)


async def load_account_sample(db: AsyncSession, id: UUID) -> AccountSample:
    found = (await db.execute(SELECT_SAMPLE, {"id": id})).one()
    users = await db.execute(
        select(models.User.role, models.User.id)
        .where(models.User.account_id == id, models.User.deactivated_at.is_(None))
        .order_by(models.User.created_at.desc())
    )
    newest = EventPosition(*(await db.execute(SELECT_RECENT_POSITION, {"id": id})).one())
    return AccountSample(
        id=id, users_by_role=dict(map(tuple, users)), recent_position=newest, **found._mapping
    )


def build_session_filters(of: AccountSample) -> dict[str, SessionFilter]:
    """By name. Words are common ones but for the one that few sessions have."""
    year_ago = of.first_created_at + (of.last_created_at - of.first_created_at) / 2
    month = {"created_after": year_ago, "created_before": year_ago + timedelta(days=30)}
    chat, resolved = SessionType.CHAT, (SessionStatus.RESOLVED,)
    escalated = (SessionStatus.ESCALATED,)
    return {
        "all": SessionFilter(),
        "a type": SessionFilter(session_type=chat),
        "a status that is rare": SessionFilter(status=escalated),
        "a status that is common": SessionFilter(status=resolved),
        "two statuses": SessionFilter(status=(SessionStatus.ACTIVE, SessionStatus.PAUSED)),
        "a domain": SessionFilter(problem_domain=of.domain),
        "an unknown domain": SessionFilter(problem_domain="Nothing"),
        "an owner": SessionFilter(owner_id=of.owner),
        "to me": SessionFilter(escalated_to_me=True),
        "not to me": SessionFilter(escalated_to_me=False),
        "the escalation queue": SessionFilter(unclaimed=True),
        "not in the queue": SessionFilter(unclaimed=False),
        "a ticket": SessionFilter(ticket_id=of.ticket),
        "an unknown ticket": SessionFilter(ticket_id="T-0"),
        "a month": SessionFilter(**month),
        "a type and a common status": SessionFilter(session_type=chat, status=resolved),
        "a type and a rare status": SessionFilter(session_type=chat, status=escalated),
        "an owner and a status": SessionFilter(owner_id=of.owner, status=resolved),
        "an owner and a rare status": SessionFilter(owner_id=of.owner, status=escalated),
        "a domain and a status": SessionFilter(problem_domain=of.domain, status=resolved),
        "a domain and a type": SessionFilter(problem_domain=of.domain, session_type=chat),
        "a month and a status": SessionFilter(status=resolved, **month),
        "a word of few": SessionFilter(search=of.rare_word),
        "a word of nobody": SessionFilter(search="zyzzyva"),
        "a word of many": SessionFilter(search="restart"),
        "two words of many": SessionFilter(search="restart switch"),
        "a phrase": SessionFilter(search='"stale credential"'),
        "a word of many or few": SessionFilter(search=f"gateway or {of.rare_word}"),
        "a word of many, without another": SessionFilter(search="gateway -restart"),
        "a word of many and a status": SessionFilter(search="restart", status=escalated),
        "a word of many and an owner": SessionFilter(search="restart", owner_id=of.owner),
        "a word of few and a type": SessionFilter(search=of.rare_word, session_type=chat),
    }


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
        """Those whose names begin so."""
        for name, wanted in build_session_filters(self.account).items():
            if name.startswith(among) and (name.startswith(only) or only.startswith(name)):
                await self._add_list(name, wanted)
        self._add_details()
        self._add_users_and_flows()
        self._add_dashboard()
        return {
            name: ask
            for name, ask in self.queries.items()
            if name.startswith(among) and name.startswith(only)
        }

    def _read(self, name: str, work: Callable[[AsyncSession], Awaitable[object]]) -> None:
        async def ask() -> None:
            async with self.runtime.tenancy.for_account(
                self.account.id
            ).orm_read_transaction() as db:
                await work(db)

        self.queries[name] = ask

    def _add_read(self, name: str, work: Callable[[Reader], Awaitable[object]]) -> None:
        """Read without objects of the ORM."""
        self.queries[name] = partial(work, self.runtime.tenancy.reader(self.account.id))

    async def _add_list(self, name: str, wanted: SessionFilter) -> None:
        orders = TIME_ORDERS if wanted.search is None else list(SessionOrder)
        for order in orders:
            page = partial(
                session_list.load_session_page,
                principal=self.principal,
                filter=wanted,
                order=order,
                columns=LISTED_COLUMNS,
            )
            said = order.lower().replace("_", " ")
            self._add_read(f"{name}: {said}", page)
            if order is not SessionOrder.BEST_MATCH and (
                after := await self._find_deep_cursor(wanted, order)
            ):
                self._add_read(f"{name}: {said}, deep", partial(page, after=after))
        self._add_read(
            f"{name}: count", partial(count_sessions, principal=self.principal, filter=wanted)
        )

    async def _find_deep_cursor(self, wanted: SessionFilter, order: SessionOrder) -> str | None:
        key = (order.column, S.id)
        caller = {"user_id": self.principal.user_id, "account_id": self.principal.account_id}
        many = await count_sessions(
            self.runtime.tenancy.reader(self.account.id), self.principal, wanted
        )
        async with self.runtime.tenancy.for_account(self.account.id).orm_read_transaction() as db:
            listed = filtered_select(wanted).with_only_columns(*key)
            listed = listed.order_by(*(c.desc() if order.is_descending else c.asc() for c in key))
            listed = listed.offset(int(many * DEEP_PAGE_SHARE)).limit(1)
            row = (await db.execute(listed, caller)).first()
        return pagination.encode_cursor(order, *row) if row else None

    def _add_details(self) -> None:
        api, of = Api(self.runtime, self.principal), self.account
        for kind, id in (("ChatSession", of.chat), ("GuidedSession", of.guided)):
            asked = {"id": ids.encode_global_id(kind, id)}
            self.queries[f"one {kind}: all of it"] = partial(api.data, GET, **asked)
            for name, document in PARTS.items():
                self.queries[f"one {kind}: {name}"] = partial(api.data, document, **asked)
        self.queries["a page with everything in it"] = partial(api.data, EVERYTHING)
        message = ids.encode_global_id("User", of.owner)
        self.queries["node"] = partial(
            api.data, "query N($id: ID!) { node(id: $id) { id } }", id=message
        )

    def _add_users_and_flows(self) -> None:
        me, of = self.principal, self.account
        self._add_read("users", partial(user_list.load_user_page, principal=me))
        self._add_read(
            "users: search", partial(user_list.load_user_page, principal=me, search="ba")
        )
        self._add_read("users: count", partial(user_list.count_users, principal=me, search=None))
        self._add_read("flows", partial(flow_list.load_flow_page, principal=me))
        self._add_read(
            "flows: search", partial(flow_list.load_flow_page, principal=me, search="printer")
        )
        fits = partial(matching.best_matches, account_id=of.id, said="no mail in outlook")
        self._add_read("a flow that fits", fits)

        async def close_session() -> None:
            async with self.runtime.tenancy.for_account(of.id).read_transaction() as db:
                await update_success_rate(db, of.id, of.flow)

        self.queries["how a flow does, when a session is closed"] = close_session

    def _add_dashboard(self) -> None:
        api, of = Api(self.runtime, self.principal), self.account
        self.queries["dashboard: summary"] = partial(api.data, SUMMARY)
        boards: dict[str, Any] = {
            "all": None,
            "a type": {"sessionType": "CHAT"},
            "an owner": {"ownerId": ids.encode_global_id("User", of.owner)},
            "a domain": {"problemDomain": of.domain},
            "a word of many": {"search": "restart"},
            "a word of few": {"search": of.rare_word},
        }
        for name, wanted in boards.items():
            self.queries[f"dashboard: snapshot, {name}"] = partial(open_dashboard, api, wanted)
        for name, place in (("new", of.recent_position), ("old", EventPosition(0, 0))):
            past = partial(
                account_events.load_events_after, account_id=of.id, after=place, limit=500
            )
            self._add_read(f"dashboard: feed from {name}", past)


async def open_dashboard(api: Api, wanted: Any) -> None:
    async with api.subscribed(WATCH, filter=wanted) as events:
        await anext(events)


def build_maintenance_queries(running: Runtime) -> dict[str, RunQuery]:
    """What a server looks for by itself, every few seconds or every minute."""
    works: dict[str, Callable[[Transaction], Awaitable[object]]] = {
        "sessions to describe": lambda db: db.orm.execute(session_store.UNDESCRIBED_SESSIONS),
        "lapsed leases": lambda db: leases.take_over(db.driver, uuid4()),
        "tallies summed up": session_store.merge_session_counts,
        "the log": token_log.delete_expired_logs,
        "keys": delete_expired_keys,
        "deleted sessions": session_store.delete_expired_tombstones,
        "the ledger": find_leftover_entries,
    }

    def asking(work: Callable[[Transaction], Awaitable[object]]) -> RunQuery:
        async def ask() -> None:
            async with running.tenancy.system.read_transaction() as db:
                await work(db)

        return ask

    return {f"the server itself: {name}": asking(work) for name, work in works.items()}


EVERYTHING = (
    """
query Everything {
  sessions(first: 25) { edges { node { ...Session
    escalatedBy { account { name } } escalationPackage { id } usage { costUsd }
    history(first: 3) { totalCount edges { node { kind actor { name } } } }
    ... on GuidedSession { steps { edges { node { id answer { answeredBy { name } } } } } }
    ... on ChatSession { suggestedFlows { slug } queuedMessages { content } }
  } } }
}
"""
    + SESSION
)
PARTS = {
    "history": """
query H($id: ID!) { session(id: $id) {
  history(first: 50) { totalCount edges { node { kind actor { name } } } }
} }
""",
    "its end": """
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
