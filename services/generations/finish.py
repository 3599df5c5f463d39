"""The ways a generation ends. Each is one transaction, and the first one stands."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Numeric, Text, Uuid, func, select, update

import models
from models import ErrorCode, GenerationKind, GenerationStatus, SessionEventKind
from services.ai.port import StepDraft, Usage
from services.chat.messages import Message
from services.generations import message_queue, results, token_log
from services.generations.results import FinishedGeneration
from services.generations.start import RUNNING_TURN
from services.quotas import usage_ledger
from services.sessions import events
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork
from storage.batching import PendingWrite
from storage.orm_loading import LockedQuery, set_committed
from storage.statements import Statement, param
from storage.transactions import Transaction


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


GenerationOutcome = Completed | Failed | Cancelled

G = models.Generation
IN_PROGRESS = LockedQuery(
    G,
    select(G).where(
        G.id == param("id", Uuid()),
        G.status.in_([GenerationStatus.RUNNING, GenerationStatus.QUEUED]),
    ),
)
TURN = LockedQuery(G, RUNNING_TURN)

#: All that an ending writes, with the key.
ENDED = (
    "id",
    "text",
    "last_number",
    "status",
    "finished_at",
    "lease_expires_at",
    "error_code",
    "error_reason",
    "retryable",
    "result_id",
    "model",
    "cost_usd",
    *models.TOKEN_COLUMNS,
)
END = Statement(
    update(G)
    .where(G.id == param("id", Uuid()))
    .values({name: param(name, getattr(G, name).type) for name in ENDED if name != "id"})
)
SPEND = Statement(
    update(G)
    .where(G.id == param("id", Uuid()))
    .values(
        {name: getattr(G, name) + param(name, Integer()) for name in models.TOKEN_COLUMNS}
        | {
            "model": param("model", Text()),
            "cost_usd": func.coalesce(
                func.coalesce(G.cost_usd, 0) + param("cost_usd", Numeric()), G.cost_usd
            ),
        }
    )
)


async def lock_running_generation(
    work: UnitOfWork, generation_id: UUID, attempt: int | None = None
) -> models.Generation | None:
    """The generation if it still runs, at this attempt if one is named; locked until the commit."""
    found = await IN_PROGRESS.load_one(work.transaction, id=generation_id)
    return found if found is not None and attempt in (None, found.attempt) else None


async def finish_generation(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    ending: GenerationOutcome,
    written: token_log.WrittenText | None = None,
) -> FinishedGeneration:
    """End a generation, and begin the turn that waits behind it.

    Session and generation must be locked, in this order. What is in the log by now is the
    answer, and known to the one who has `written` it: no word of it can be added later.
    """
    was_running = generation.status is GenerationStatus.RUNNING
    outcome = await finish_row(work, session, generation, ending, written)
    if was_running and generation.kind is GenerationKind.CHAT_REPLY:
        await message_queue.start_next_queued(work, session)
    return outcome


async def finish_row(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    ending: GenerationOutcome,
    written: token_log.WrittenText | None = None,
) -> FinishedGeneration:
    written = written or await token_log.load_written_text(work.transaction, generation.id)
    set_committed(
        generation,
        text=written.text,
        last_number=written.number,
        status=ending.status,
        finished_at=utc_now(),
        lease_expires_at=None,
    )
    set_failure(generation, ending)
    kept: Message | str | None = None
    if not isinstance(ending, Failed) or ending.keeps_text:
        kept = await results.store_result(work, session, generation, written.text, ending)
    message = kept if isinstance(kept, Message) else None
    set_committed(generation, result_id=message.id if message else kept)
    work.defer(PendingWrite(END, {name: getattr(generation, name) for name in ENDED}))
    why: dict[str, Any] = {"code": ending.code} if isinstance(ending, Failed) else {}
    events.record_event(
        work,
        session,
        SessionEventKind.GENERATION_FINISHED,
        by_assistant=not isinstance(ending, Cancelled),
        generation_id=str(generation.id),
        kind=generation.kind,
        status=generation.status,
        **why,
    )
    work.ended_generations.append(generation.id)
    return FinishedGeneration(generation, message)


def set_failure(generation: models.Generation, ending: GenerationOutcome) -> None:
    if isinstance(ending, Cancelled):
        set_committed(generation, error_reason=ending.reason)
    elif isinstance(ending, Failed):
        set_committed(
            generation,
            error_code=ending.code,
            error_reason=ending.reason,
            retryable=ending.retryable,
        )


async def cancel_turns(work: UnitOfWork, session: models.AISession, reason: str) -> None:
    """Stop the answer being written into a locked session and all that wait behind it. What is
    written so far is kept, and what was said enters the conversation unanswered."""
    turn = await TURN.load_one(work.transaction, session_id=session.id)
    if turn is not None:
        await finish_row(work, session, turn, Cancelled(reason))
    for waiting in await message_queue.load_queued(work, session):
        await message_queue.deliver_queued_message(work, session, waiting)
        await finish_row(work, session, waiting, Cancelled(reason))


async def cancel_document_generations(work: UnitOfWork, session: models.AISession) -> None:
    """Have the documents no longer written that would go with a locked session when it goes."""
    running = await work.db.scalars(
        select(models.Generation.id).where(
            models.Generation.session_id == session.id,
            models.Generation.status == GenerationStatus.RUNNING,
            models.Generation.kind.not_in(models.TURN_KINDS),
        )
    )
    work.ended_generations.extend(running)


def add_usage(work: UnitOfWork, generation: models.Generation, usage: Usage) -> None:
    """As `spend`, of an answer that is locked and about to be ended."""
    work.defer(usage_ledger.usage_write(generation.id, usage))
    set_committed(generation, model=usage.model)
    for name in models.TOKEN_COLUMNS:
        set_committed(generation, **{name: getattr(generation, name) + getattr(usage, name)})
    if usage.cost_usd is not None:
        set_committed(generation, cost_usd=(generation.cost_usd or Decimal()) + usage.cost_usd)


async def record_late_usage(transaction: Transaction, generation_id: UUID, usage: Usage) -> None:
    """Add what one attempt has cost to the answer, whether it runs or has ended, and to what
    its user and account have spent."""
    counted = {name: getattr(usage, name) for name in models.TOKEN_COLUMNS}
    await transaction.execute(
        SPEND, id=generation_id, model=usage.model, cost_usd=usage.cost_usd, **counted
    )
    await usage_ledger.record_usage(transaction, generation_id, usage)
