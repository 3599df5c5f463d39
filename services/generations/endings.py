"""The ways a generation ends. Each is one transaction, and the first one stands."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Update, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import ErrorCode, GenerationKind, GenerationStatus, SessionEventKind
from services import events
from services.ai import StepDraft, Usage
from services.allowances import ledger
from services.clock import now
from services.generations import log, queue, results
from services.work import Work


@dataclass(frozen=True, slots=True)
class Completed:
    step: StepDraft | None = None

    status = GenerationStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class Failed:
    code: ErrorCode
    reason: str
    retryable: bool = False
    #: Not where it is the keeping that fails.
    keeps_text: bool = True

    status = GenerationStatus.FAILED


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`reason` is the sentence viewers read."""

    reason: str

    status = GenerationStatus.CANCELLED


Ending = Completed | Failed | Cancelled


async def lock_running(
    work: Work, generation_id: UUID, attempt: int | None = None
) -> models.Generation | None:
    """The generation if it still runs, at this attempt if one is named; locked until the commit."""
    wanted = select(models.Generation).where(
        models.Generation.id == generation_id,
        models.Generation.status.in_([GenerationStatus.RUNNING, GenerationStatus.QUEUED]),
    )
    if attempt is not None:
        wanted = wanted.where(models.Generation.attempt == attempt)
    generation: models.Generation | None = await work.db.scalar(
        wanted.with_for_update().execution_options(populate_existing=True)
    )
    return generation


async def end(
    work: Work, session: models.AISession, generation: models.Generation, ending: Ending
) -> None:
    """End a generation, and begin the turn that waits behind it.

    Session and generation must be locked, in this order. What is in the log by now is the
    answer: no word of it can be added later.
    """
    was_running = generation.status is GenerationStatus.RUNNING
    await close(work, session, generation, ending)
    if was_running and generation.kind is GenerationKind.CHAT_REPLY:
        await work.db.flush()
        await queue.begin_next(work, session)


async def close(
    work: Work, session: models.AISession, generation: models.Generation, ending: Ending
) -> None:
    with work.db.no_autoflush:
        written = (await log.so_far(work.db, [generation.id]))[generation.id]
    generation.text = written.text
    generation.last_number = written.number
    generation.status = ending.status
    generation.finished_at = now()
    generation.lease_expires_at = None
    note_failure(generation, ending)
    if not isinstance(ending, Failed) or ending.keeps_text:
        # The row is written once, with the result: nothing that is read here depends on it.
        with work.db.no_autoflush:
            result = await results.keep(work, session, generation, written.text, ending)
        generation.result_id = result
    why: dict[str, Any] = {"code": ending.code} if isinstance(ending, Failed) else {}
    events.record(
        work,
        session,
        SessionEventKind.GENERATION_FINISHED,
        by_assistant=not isinstance(ending, Cancelled),
        generation_id=str(generation.id),
        kind=generation.kind,
        status=generation.status,
        **why,
    )
    work.ended.append(generation.id)


def note_failure(generation: models.Generation, ending: Ending) -> None:
    if isinstance(ending, Cancelled):
        generation.error_reason = ending.reason
    elif isinstance(ending, Failed):
        generation.error_code = ending.code
        generation.error_reason = ending.reason
        generation.retryable = ending.retryable


async def cancel_turns(work: Work, session: models.AISession, reason: str) -> None:
    """Stop the answer being written into a locked session and all that wait behind it. What is
    written so far is kept, and what was said enters the conversation unanswered."""
    turn = await work.db.scalar(
        select(models.Generation)
        .where(
            models.Generation.session_id == session.id,
            models.Generation.status == GenerationStatus.RUNNING,
            models.Generation.kind.in_(models.TURNS),
        )
        .with_for_update()
    )
    if turn is not None:
        await close(work, session, turn, Cancelled(reason))
    for waiting in await queue.waiting(work, session):
        await queue.say(work, session, waiting)
        await close(work, session, waiting, Cancelled(reason))


async def drop_documents(work: Work, session: models.AISession) -> None:
    """Have the documents no longer written that would go with a locked session when it goes."""
    running = await work.db.scalars(
        select(models.Generation.id).where(
            models.Generation.session_id == session.id,
            models.Generation.status == GenerationStatus.RUNNING,
            models.Generation.kind.not_in(models.TURNS),
        )
    )
    work.ended.extend(running)


async def charge(db: AsyncSession, generation: models.Generation, usage: Usage) -> None:
    """As `spend`, of an answer that is locked and about to be written anyway."""
    await ledger.spend(db, generation.id, usage)
    generation.model = usage.model
    generation.input_tokens += usage.input_tokens
    generation.output_tokens += usage.output_tokens
    generation.cache_read_tokens += usage.cache_read_tokens
    generation.cache_write_tokens += usage.cache_write_tokens
    if usage.cost_usd is not None:
        generation.cost_usd = (generation.cost_usd or Decimal()) + usage.cost_usd


async def spend(db: AsyncSession, generation_id: UUID, usage: Usage) -> None:
    """Add what one attempt has cost to the answer, whether it runs or has ended, and to what
    its user and account have spent."""
    await db.execute(add_usage(generation_id, usage))
    await ledger.spend(db, generation_id, usage)


def add_usage(generation_id: UUID, usage: Usage) -> Update:
    row = models.Generation
    spent = (
        update(row)
        .where(row.id == generation_id)
        .values(
            model=usage.model,
            input_tokens=row.input_tokens + usage.input_tokens,
            output_tokens=row.output_tokens + usage.output_tokens,
            cache_read_tokens=row.cache_read_tokens + usage.cache_read_tokens,
            cache_write_tokens=row.cache_write_tokens + usage.cache_write_tokens,
        )
    )
    if usage.cost_usd is not None:
        spent = spent.values(cost_usd=func.coalesce(row.cost_usd, 0) + usage.cost_usd)
    return spent.execution_options(synchronize_session=False)
