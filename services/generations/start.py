"""Beginning an answer."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, func, select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

import models
from models import TOKEN_COLUMNS, TURN_KINDS, GenerationKind, GenerationStatus, SessionEventKind
from services.errors import SessionBusy
from services.generations.leases import FIRST_LEASE
from services.quotas import rate_limits, usage_ledger
from services.quotas.rate_limits import RateKind, RatePerMinute
from services.sessions import events
from services.unit_of_work import UnitOfWork
from storage.orm_loading import set_committed
from storage.statements import Statement, param

#: An answer as it began; no more than its id where that was long ago.
Begun = models.Generation | UUID

#: What Postgres knows of one that begins.
MADE = ("created_at", "attempt", *TOKEN_COLUMNS)
#: One that has waited is there already.
BEGIN = Statement(
    insert(models.Generation)
    .values(
        status=GenerationStatus.RUNNING,
        lease_expires_at=func.clock_timestamp() + FIRST_LEASE,
        **{
            name: param(name, getattr(models.Generation, name).type)
            for name in (
                "id",
                "account_id",
                "session_id",
                "kind",
                "request",
                "requested_by_id",
                "owner",
            )
        },
    )
    .on_conflict_do_update(
        index_elements=["id"],
        set_={
            "status": GenerationStatus.RUNNING,
            "owner": param("owner", Uuid()),
            "lease_expires_at": func.clock_timestamp() + FIRST_LEASE,
        },
    )
    .returning(*(getattr(models.Generation, name) for name in MADE))
)
RUNNING_TURN = select(models.Generation).where(
    models.Generation.session_id == param("session_id", Uuid()),
    models.Generation.status == GenerationStatus.RUNNING,
    models.Generation.kind.in_(TURN_KINDS),
)
RUNNING_TURN_ID = Statement(RUNNING_TURN.with_only_columns(models.Generation.id))


async def start_generation(
    work: UnitOfWork, session: models.AISession, kind: GenerationKind, **request: Any
) -> models.Generation:
    """Begin an answer, to be written by this process once the transaction has committed.

    Raises RateLimited, QuotaExceeded.
    """
    generation = await reserve_generation(work, session, kind, **request)
    await begin_generation(work, session, generation)
    return generation


async def reserve_generation(
    work: UnitOfWork, session: models.AISession, kind: GenerationKind, **request: Any
) -> models.Generation:
    """An answer that may begin. It waits for rows that the whole account shares: to be asked for
    before another answer is locked, and before its own lease runs.

    Raises RateLimited, QuotaExceeded.
    """
    generation = models.Generation(
        id=uuid7(),
        account_id=session.account_id,
        session_id=session.id,
        kind=kind,
        status=GenerationStatus.RUNNING,
        request=request,
        requested_by_id=work.principal.user_id,
    )
    await reserve_usage(work, generation)
    return generation


async def reserve_usage(work: UnitOfWork, generation: models.Generation) -> None:
    """Count an answer, and set aside what it is expected to cost.

    Raises RateLimited, QuotaExceeded.
    """
    db, asker, allowances = work.transaction, work.principal, work.runner.quotas
    per_minute = RatePerMinute(
        allowances.user.answers_per_minute, allowances.account.answers_per_minute
    )
    await rate_limits.consume_rate(db, asker, RateKind.ANSWERS, per_minute)
    await usage_ledger.reserve_usage(
        db, asker, allowances, generation.id, generation.kind, work.runner.expected_usage
    )


async def begin_generation(
    work: UnitOfWork, session: models.AISession, generation: models.Generation
) -> None:
    """Make this process the one that writes it."""
    if work.ended_generations:
        # Of a session one turn runs at a time.
        await work.flush()
    [made] = await work.transaction.execute(
        BEGIN,
        id=generation.id,
        account_id=generation.account_id,
        session_id=generation.session_id,
        kind=generation.kind,
        request=generation.request,
        requested_by_id=generation.requested_by_id,
        owner=work.runner.id,
    )
    set_committed(generation, status=GenerationStatus.RUNNING, **made)
    work.started_generations.append(generation.id)
    events.record_event(
        work,
        session,
        SessionEventKind.GENERATION_STARTED,
        actor_id=generation.requested_by_id,
        generation_id=str(generation.id),
        kind=generation.kind,
    )


async def find_running_turn(work: UnitOfWork, session: models.AISession) -> UUID | None:
    """The answer being written into the session itself, if any; the session must be locked."""
    turn: UUID | None = await work.transaction.fetch_value(RUNNING_TURN_ID, session_id=session.id)
    return turn


async def ensure_idle(work: UnitOfWork, session: models.AISession) -> None:
    """Raise SessionBusy while an answer is being written into the session."""
    if (turn := await find_running_turn(work, session)) is not None:
        raise SessionBusy(turn)
