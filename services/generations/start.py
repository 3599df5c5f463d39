"""Beginning an answer."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, func, select
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

import models
from models import TOKENS, TURNS, GenerationKind, GenerationStatus, SessionEventKind
from services.errors import SessionBusy
from services.generations.leases import FIRST_LEASE
from services.quotas import rate_limits, usage_ledger
from services.quotas.rate_limits import PerMinute, Rate
from services.sessions import events
from services.unit_of_work import Work
from storage.orm_loading import note
from storage.statements import Statement, named

#: An answer as it began; no more than its id where that was long ago.
Begun = models.Generation | UUID

#: What Postgres knows of one that begins.
MADE = ("created_at", "attempt", *TOKENS)
#: One that has waited is there already.
BEGIN = Statement(
    insert(models.Generation)
    .values(
        status=GenerationStatus.RUNNING,
        lease_expires_at=func.clock_timestamp() + FIRST_LEASE,
        **{
            name: named(name, getattr(models.Generation, name).type)
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
            "owner": named("owner", Uuid()),
            "lease_expires_at": func.clock_timestamp() + FIRST_LEASE,
        },
    )
    .returning(*(getattr(models.Generation, name) for name in MADE))
)
RUNNING_TURN = select(models.Generation).where(
    models.Generation.session_id == named("session_id", Uuid()),
    models.Generation.status == GenerationStatus.RUNNING,
    models.Generation.kind.in_(TURNS),
)
RUNNING_TURN_ID = Statement(RUNNING_TURN.with_only_columns(models.Generation.id))


async def start(
    work: Work, session: models.AISession, kind: GenerationKind, **request: Any
) -> models.Generation:
    """Begin an answer, to be written by this process once the transaction has committed.

    Raises RateLimited, QuotaExceeded.
    """
    generation = await admitted(work, session, kind, **request)
    await begin(work, session, generation)
    return generation


async def admitted(
    work: Work, session: models.AISession, kind: GenerationKind, **request: Any
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
    await admit(work, generation)
    return generation


async def admit(work: Work, generation: models.Generation) -> None:
    """Count an answer, and set aside what it is expected to cost.

    Raises RateLimited, QuotaExceeded.
    """
    db, asker, allowances = work.transaction, work.principal, work.writer.allowances
    per_minute = PerMinute(
        allowances.user.answers_per_minute, allowances.account.answers_per_minute
    )
    await rate_limits.take(db, asker, Rate.ANSWERS, per_minute)
    await usage_ledger.reserve(
        db, asker, allowances, generation.id, generation.kind, work.writer.expected
    )


async def begin(work: Work, session: models.AISession, generation: models.Generation) -> None:
    """Make this process the one that writes it."""
    if work.ended:
        # Of a session one turn runs at a time.
        await work.write()
    [made] = await work.transaction.run(
        BEGIN,
        id=generation.id,
        account_id=generation.account_id,
        session_id=generation.session_id,
        kind=generation.kind,
        request=generation.request,
        requested_by_id=generation.requested_by_id,
        owner=work.writer.id,
    )
    note(generation, status=GenerationStatus.RUNNING, **made)
    work.started.append(generation.id)
    events.record(
        work,
        session,
        SessionEventKind.GENERATION_STARTED,
        actor_id=generation.requested_by_id,
        generation_id=str(generation.id),
        kind=generation.kind,
    )


async def running_turn(work: Work, session: models.AISession) -> UUID | None:
    """The answer being written into the session itself, if any; the session must be locked."""
    turn: UUID | None = await work.transaction.first(RUNNING_TURN_ID, session_id=session.id)
    return turn


async def ensure_idle(work: Work, session: models.AISession) -> None:
    """Raise SessionBusy while an answer is being written into the session."""
    if (turn := await running_turn(work, session)) is not None:
        raise SessionBusy(turn)
