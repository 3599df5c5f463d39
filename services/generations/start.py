"""Starts a generation inside the transaction of a mutation."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from uuid_utils.compat import uuid7

import models
from models import GenerationKind, GenerationStatus, SessionEventKind
from services.errors import SessionBusy
from services.generations import store
from services.quotas import usage_ledger
from services.quotas.quotas import RateKind, RatePerMinute, consume_rate
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StartedGeneration:
    """The generation that a mutation has started. `row` is its row at the start; None if the
    request was replayed."""

    id: UUID
    row: models.Generation | None = None

    @classmethod
    def from_row(cls, row: models.Generation) -> Self:
        return cls(row.id, row)


async def start_generation(
    work: UnitOfWork, session: models.AISession, kind: GenerationKind, **request: Any
) -> models.Generation:
    """Start a generation that this process writes once the transaction has committed.

    Raises RateLimited, QuotaExceeded.
    """
    generation = await reserve_generation(work, session, kind, **request)
    await begin_generation(work, session, generation)
    return generation


async def reserve_generation(
    work: UnitOfWork, session: models.AISession, kind: GenerationKind, **request: Any
) -> models.Generation:
    """A new generation within its rate limit and quota. This locks rows that the whole account
    shares: call it before another generation is locked, and before its own lease starts.

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
    await reserve_allowance(work, generation)
    return generation


async def reserve_allowance(work: UnitOfWork, generation: models.Generation) -> None:
    """Count a generation against the rate limit, and reserve its expected cost in the ledger.

    Raises RateLimited, QuotaExceeded.
    """
    db, principal, quotas = work.transaction, work.principal, work.runner.quotas
    per_minute = RatePerMinute(quotas.user.answers_per_minute, quotas.account.answers_per_minute)
    await consume_rate(db, principal, RateKind.ANSWERS, per_minute)
    await usage_ledger.reserve_usage(
        db, principal, quotas, generation.id, generation.kind, work.runner.expected_usage
    )


async def begin_generation(
    work: UnitOfWork, session: models.AISession, generation: models.Generation
) -> None:
    """Make this process the owner of a reserved or queued generation."""
    if work.ended_generation_ids:
        # A unique index allows one running turn per session: the end of the last one comes first.
        await work.flush()
    await store.write_start(work.transaction, generation, work.runner.id)
    work.started_generation_ids.append(generation.id)
    work.record_event(
        session,
        SessionEventKind.GENERATION_STARTED,
        actor_id=generation.requested_by_id,
        generation_id=str(generation.id),
        kind=generation.kind,
    )


async def find_running_turn(work: UnitOfWork, session: models.AISession) -> UUID | None:
    """The running chat reply or guided step of a locked session."""
    return await store.find_running_turn_id(work.transaction, session.id)


async def ensure_idle(work: UnitOfWork, session: models.AISession) -> None:
    """Raise SessionBusy while a turn of a locked session runs."""
    if (turn := await find_running_turn(work, session)) is not None:
        raise SessionBusy(turn)
