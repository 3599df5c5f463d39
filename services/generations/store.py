"""SQL of generations: start, finish, cost, the queue, the input of the assistant. SQL of leases:
which process may write a generation, until when, and take-over.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    Integer,
    Numeric,
    Text,
    Uuid,
    and_,
    any_,
    case,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncEngine

import models
from models import TOKEN_COLUMNS, TURN_KINDS, GenerationStatus, SessionType
from services.channels import Channel
from services.flows.store import VISIBLE_FLOWS
from storage import notifications
from storage.pool import driver_connection, execute_statement
from storage.statements import Query, Statement, model_columns, param
from storage.transactions import LockedQuery, PendingWrite, Transaction, set_committed

#: Short, because the viewers wait for it to expire when a process dies. Renewed often enough that a
#: busy moment does not lose it. Losing a lease is safe but wasteful: the token log refuses writes
#: with an old fencing token.
LEASE = timedelta(seconds=4)
#: Longer: it starts inside the transaction, whose remainder takes seconds on an overloaded machine.
FIRST_LEASE = 3 * LEASE
RENEW_EVERY = LEASE.total_seconds() / 4
MAX_ATTEMPTS = 3
TAKE_OVER_LIMIT = 20

G, S = models.Generation, models.AISession
BY_ID = G.id == param("id", Uuid())
OF_SESSION = G.session_id == param("session_id", Uuid())
OWNER = param("owner", Uuid())

#: Written when a generation starts, and read back because Postgres assigns it.
STARTED_COLUMNS = ("id", "account_id", "session_id", "kind", "request", "requested_by_id")
ASSIGNED_COLUMNS = ("created_at", "attempt", *TOKEN_COLUMNS)
OWNERSHIP = {
    "status": GenerationStatus.RUNNING,
    "owner": OWNER,
    "lease_expires_at": func.clock_timestamp() + FIRST_LEASE,
}
#: A generation that waited in the queue has its row already.
START = Statement(
    insert(G)
    .values(**OWNERSHIP, **{name: param(name, getattr(G, name).type) for name in STARTED_COLUMNS})
    .on_conflict_do_update(index_elements=["account_id", "id"], set_=OWNERSHIP)
    .returning(*(getattr(G, name) for name in ASSIGNED_COLUMNS))
)
RUNNING_TURN = select(G).where(
    OF_SESSION, G.status == GenerationStatus.RUNNING, G.kind.in_(TURN_KINDS)
)
RUNNING_TURN_ID = Statement(RUNNING_TURN.with_only_columns(G.id))
LOCKED_RUNNING_TURN = LockedQuery(G, RUNNING_TURN)
LOCKED_UNFINISHED = LockedQuery(
    G, select(G).where(BY_ID, G.status.in_([GenerationStatus.RUNNING, GenerationStatus.QUEUED]))
)
LOCKED_QUEUED = LockedQuery(
    G, select(G).where(OF_SESSION, G.status == GenerationStatus.QUEUED).order_by(G.position)
)
RUNNING_DOCUMENTS = select(G.id).where(
    G.status == GenerationStatus.RUNNING, G.kind.not_in(TURN_KINDS)
)

FINISHED_COLUMNS = (
    *("text", "last_number", "result_id", "status", "finished_at", "lease_expires_at"),
    *("error_code", "error_reason", "retryable", "model", "cost_usd", *TOKEN_COLUMNS),
)
FINISH = Statement(
    update(G)
    .where(BY_ID)
    .values({name: param(name, getattr(G, name).type) for name in FINISHED_COLUMNS})
)
ADD_USAGE = Statement(
    update(G)
    .where(BY_ID)
    .values(
        {name: getattr(G, name) + param(name, Integer()) for name in TOKEN_COLUMNS}
        | {
            "model": param("model", Text()),
            "cost_usd": func.coalesce(
                func.coalesce(G.cost_usd, 0) + param("cost_usd", Numeric()), G.cost_usd
            ),
        }
    )
)

#: What a snapshot for the assistant needs of a session joined with its owner.
SNAPSHOT_COLUMNS = (
    *model_columns(S, "id", "session_type", "status", "intake_content", "title", "step_count"),
    *model_columns(S, "problem_summary", "problem_domain", "psa_ticket_id"),
    *model_columns(S, "matched_flow_id", "match_score", "suggested_flow_ids"),
    *model_columns(S, "resolution_summary", "escalation_reason"),
    case((S.session_type == SessionType.CHAT, S.conversation_messages)).label("conversation"),
    models.User.name.label("engineer"),
)
OWNER_OF_SESSION = and_(models.User.account_id == S.account_id, models.User.id == S.user_id)
SESSION: Query[Any] = Query(
    select(*SNAPSHOT_COLUMNS).join(models.User, OWNER_OF_SESSION).where(S.id == param("id", Uuid()))
)
Step = models.SessionStep
STEP_COLUMNS = (
    *("step_order", "step_type", "content", "options", "expected_outcome", "flow_node_id"),
    *("selected_option", "selected_label", "response_text", "skipped"),
)
STEPS: Query[models.SessionStep] = Query(
    select(*model_columns(Step, *STEP_COLUMNS))
    .where(Step.session_id == param("session_id", Uuid()))
    .order_by(Step.step_order),
    Step,
)
#: Parameters: account_id, ids.
FLOWS: Query[models.Flow] = Query(
    VISIBLE_FLOWS.where(models.Flow.id == any_(param("ids", ARRAY(Uuid)))).with_only_columns(
        *model_columns(models.Flow, "id", "slug", "title", "description", "domain", "tree")
    ),
    models.Flow,
)
#: A generation with its session, for the process that writes it. Without a requesting user, a
#: generation is written on behalf of the session's owner.
REQUEST: Query[Any] = Query(
    select(
        *model_columns(G, "owner", "attempt", "kind", "request"),
        G.status.label("generation_status"),
        func.coalesce(G.requested_by_id, S.user_id).label("requesting_user_id"),
        *SNAPSHOT_COLUMNS,
    )
    .join(S, and_(S.account_id == G.account_id, S.id == G.session_id))
    .join(models.User, OWNER_OF_SESSION)
    .where(BY_ID)
)
ATTEMPT_STATE: Query[Any] = Query(select(G.attempt, G.status).where(BY_ID))


async def find_generation_row(db: Transaction, generation_id: UUID) -> models.Generation | None:
    return await db.orm.get(G, (db.account_id, generation_id))


async def insert_generation(db: Transaction, generation: models.Generation) -> None:
    db.orm.add(generation)
    await db.orm.flush()


async def refresh_generation(db: Transaction, generation: models.Generation) -> None:
    await db.orm.refresh(generation)


async def write_start(db: Transaction, generation: models.Generation, owner: UUID) -> None:
    """Insert a generation, or take it out of the queue, as one that `owner` writes."""
    given = {name: getattr(generation, name) for name in STARTED_COLUMNS}
    [assigned] = await db.execute(START, owner=owner, **given)
    set_committed(generation, status=GenerationStatus.RUNNING, **assigned)


def finish_write(generation: models.Generation) -> PendingWrite:
    """Writes the final state of a locked generation."""
    given = {name: getattr(generation, name) for name in ("id", *FINISHED_COLUMNS)}
    return PendingWrite(FINISH, given)


async def find_running_turn_id(db: Transaction, session_id: UUID) -> UUID | None:
    turn: UUID | None = await db.fetch_value(RUNNING_TURN_ID, session_id=session_id)
    return turn


async def lock_unfinished(db: Transaction, generation_id: UUID) -> models.Generation | None:
    """The row of a running or queued generation, locked until the commit."""
    return await LOCKED_UNFINISHED.load_one(db, id=generation_id)


async def lock_queued(db: Transaction, session_id: UUID) -> Sequence[models.Generation]:
    """The queued generations of a session in order, locked until the commit."""
    return await LOCKED_QUEUED.load_all(db, session_id=session_id)


async def find_running_document_ids(db: Transaction, session_id: UUID) -> Sequence[UUID]:
    found = await db.orm.scalars(RUNNING_DOCUMENTS.where(G.session_id == session_id))
    return found.all()


KEY = tuple_(G.account_id, G.id)
#: Locked in the order in which the token log locks rows, so that the two cannot deadlock.
OWNED = (
    select(G.account_id, G.id)
    .where(G.owner == OWNER, G.status == GenerationStatus.RUNNING)
    .order_by(G.id)
    .with_for_update(key_share=True)
)
EXPIRED = (
    select(G.account_id, G.id)
    .where(G.status == GenerationStatus.RUNNING, G.lease_expires_at <= func.now())
    .order_by(G.lease_expires_at)
    .limit(TAKE_OVER_LIMIT)
    .with_for_update(skip_locked=True)
)
RENEW = Statement(
    update(G)
    .where(KEY.in_(OWNED.where(G.id == any_(param("ids", ARRAY(Uuid))))))
    .values(lease_expires_at=func.now() + LEASE)
)
RELEASE = Statement(
    update(G).where(KEY.in_(OWNED)).values(lease_expires_at=func.now()).returning(G.id)
)
TAKE_OVER = Statement(
    update(G)
    .where(KEY.in_(EXPIRED))
    .values(owner=OWNER, attempt=G.attempt + 1, lease_expires_at=func.now() + LEASE)
    .returning(G.id, G.account_id, G.attempt)
)


class TakenOver(NamedTuple):
    """A generation whose lease has passed to this process; `attempt` is its fencing token."""

    id: UUID
    account_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class LeaseStore:
    """The leases of one process, on connections that requests cannot take."""

    engine: AsyncEngine
    owner: UUID

    async def renew_leases(self, ids: Collection[UUID]) -> None:
        if ids:
            async with driver_connection(self.engine) as driver:
                await execute_statement(driver, RENEW, {"owner": self.owner, "ids": list(ids)})

    async def release_leases(self) -> None:
        """Let all leases of the process expire, and notify the other processes, which take over."""
        async with driver_connection(self.engine) as driver:
            rows = await execute_statement(driver, RELEASE, {"owner": self.owner})
            if rows:
                freed = {Channel.GENERATION_FREE: [row[0] for row in rows]}
                about = notifications.notify_arguments(freed)
                await execute_statement(driver, notifications.NOTIFY, about)

    async def take_over_expired(self) -> list[TakenOver]:
        """Become the owner of generations whose lease has expired; fence off their old owner."""
        async with driver_connection(self.engine) as driver:
            rows = await execute_statement(driver, TAKE_OVER, {"owner": self.owner})
        return [TakenOver(*row) for row in rows]
