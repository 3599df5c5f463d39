"""Picks an account of a seeded database, and the values and filters with which to read it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import Role, SessionStatus, SessionType
from queries.account_events import EventPosition
from queries.session_filter import SessionFilter
from services.principal import Principal
from services.text_search.search_query import parse_search


@dataclass(frozen=True, slots=True)
class AccountSample:
    """An account whose sessions are read, and values that occur in them."""

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
    #: A position some hundred events before the newest.
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
        WHERE word ~ '^ws[0-9]+$' ORDER BY length(word) DESC, word LIMIT 1
    )
    SELECT count(*) AS sessions,
        min(created_at) AS first_created_at, max(created_at) AS last_created_at,
        mode() WITHIN GROUP (ORDER BY user_id) AS owner,
        mode() WITHIN GROUP (ORDER BY problem_domain) AS domain,
        mode() WITHIN GROUP (ORDER BY matched_flow_id) AS flow,
        max(psa_ticket_id) AS ticket, (SELECT word FROM rare) AS rare_word,
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
    row = (await db.execute(SELECT_SAMPLE, {"id": id})).one()
    users = await db.execute(
        select(models.User.role, models.User.id)
        .where(models.User.account_id == id, models.User.deactivated_at.is_(None))
        .order_by(models.User.created_at.desc())
    )
    recent = EventPosition(*(await db.execute(SELECT_RECENT_POSITION, {"id": id})).one())
    return AccountSample(
        id=id, users_by_role=dict(map(tuple, users)), recent_position=recent, **row._mapping
    )


def build_session_filters(account: AccountSample) -> dict[str, SessionFilter]:
    """Filters by name."""
    middle = account.first_created_at + (account.last_created_at - account.first_created_at) / 2
    month = {"created_after": middle, "created_before": middle + timedelta(days=30)}
    chat, resolved = SessionType.CHAT, (SessionStatus.RESOLVED,)
    escalated = (SessionStatus.ESCALATED,)
    return {
        "all sessions": SessionFilter(),
        "type": SessionFilter(session_type=chat),
        "rare status": SessionFilter(status=escalated),
        "common status": SessionFilter(status=resolved),
        "two statuses": SessionFilter(status=(SessionStatus.ACTIVE, SessionStatus.PAUSED)),
        "domain": SessionFilter(problem_domain=account.domain),
        "unknown domain": SessionFilter(problem_domain="Nothing"),
        "owner": SessionFilter(owner_id=account.owner),
        "escalated to me": SessionFilter(escalated_to_me=True),
        "not escalated to me": SessionFilter(escalated_to_me=False),
        "unclaimed escalations": SessionFilter(unclaimed=True),
        "no unclaimed escalations": SessionFilter(unclaimed=False),
        "ticket": SessionFilter(ticket_id=account.ticket),
        "unknown ticket": SessionFilter(ticket_id="T-0"),
        "month": SessionFilter(**month),
        "type and common status": SessionFilter(session_type=chat, status=resolved),
        "type and rare status": SessionFilter(session_type=chat, status=escalated),
        "owner and common status": SessionFilter(owner_id=account.owner, status=resolved),
        "owner and rare status": SessionFilter(owner_id=account.owner, status=escalated),
        "domain and common status": SessionFilter(problem_domain=account.domain, status=resolved),
        "domain and type": SessionFilter(problem_domain=account.domain, session_type=chat),
        "month and common status": SessionFilter(status=resolved, **month),
        "rare word": SessionFilter(search=parse_search(account.rare_word)),
        "unknown word": SessionFilter(search=parse_search("zyzzyva")),
        "common word": SessionFilter(search=parse_search("restart")),
        "beginning of a common word": SessionFilter(search=parse_search("restar")),
        "two common words": SessionFilter(search=parse_search("restart switch")),
        "phrase": SessionFilter(search=parse_search('"stale credential"')),
        "common or rare word": SessionFilter(
            search=parse_search(f"gateway or {account.rare_word}")
        ),
        "common word without another": SessionFilter(search=parse_search("gateway -restart")),
        "common word and rare status": SessionFilter(
            search=parse_search("restart"), status=escalated
        ),
        "common word and owner": SessionFilter(
            search=parse_search("restart"), owner_id=account.owner
        ),
        "rare word and type": SessionFilter(
            search=parse_search(account.rare_word), session_type=chat
        ),
    }
