"""Finishes a generation: completed, failed or cancelled. Each way to end is one transaction, and
the first one wins. The text becomes a message, a guided step or a document.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import models
from models import ErrorCode, GenerationKind, GenerationStatus, SessionEventKind
from services.ai.port import Usage
from services.chat.conversation import append_reply
from services.chat.store import Message
from services.flows.flow_tree import StepDraft
from services.generations import start, store
from services.generations.token_log.store import WrittenText, load_written_text
from services.guided import advance
from services.input_validation import is_blank
from services.quotas import usage_ledger
from services.sessions import documents
from services.unit_of_work import UnitOfWork
from storage.transactions import Transaction, set_committed


@dataclass(frozen=True, slots=True)
class Completed:
    """The assistant has finished; `step` is set for a guided step."""

    step: StepDraft | None = None

    status = GenerationStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class Failed:
    """`reason` is the sentence that viewers read."""

    code: ErrorCode
    reason: str
    retryable: bool = False
    #: False where storing the text is what failed.
    keeps_text: bool = True

    status = GenerationStatus.FAILED


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`reason` is the sentence that viewers read."""

    reason: str

    status = GenerationStatus.CANCELLED


GenerationOutcome = Completed | Failed | Cancelled


@dataclass(frozen=True, slots=True)
class FinishedGeneration:
    """A generation that has just ended and the message it has become, as committed."""

    generation: models.Generation
    message: Message | None = None


async def store_generation_result(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    text: str,
    outcome: GenerationOutcome,
) -> Message | str | None:
    """Store the text; return the message it becomes, or the id of the step or document.

    An incomplete reply is stored as an interrupted message. An incomplete document or step is not:
    half a ticket note must not look like a whole one. Its text stays with the generation.
    """
    completed = generation.status is GenerationStatus.COMPLETED
    match generation.kind:
        case GenerationKind.CHAT_REPLY:
            if not completed and is_blank(text):
                return None
            return append_reply(work, session, generation, text, interrupted=not completed)
        case GenerationKind.GUIDED_STEP:
            draft = outcome.step if isinstance(outcome, Completed) else None
            if draft is None:
                return None
            return str(
                (await advance.add_step(work, session, draft, generation_id=generation.id)).id
            )
        case _ if completed:
            return str((await documents.store_document(work, session, generation, text)).id)
    return None


async def finish_generation(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    outcome: GenerationOutcome,
    written: WrittenText | None = None,
) -> FinishedGeneration:
    """Finish a generation, and start the next queued one.

    Session and generation must be locked, in this order. The text is what the log holds, or what
    its writer knows to be there (`written`): with the lock held, nothing can be appended.
    """
    was_running = generation.status is GenerationStatus.RUNNING
    finished = await finish_row(work, session, generation, outcome, written)
    if was_running and generation.kind is GenerationKind.CHAT_REPLY:
        await start.start_next_queued(work, session)
    return finished


async def finish_row(
    work: UnitOfWork,
    session: models.AISession,
    generation: models.Generation,
    outcome: GenerationOutcome,
    written: WrittenText | None = None,
) -> FinishedGeneration:
    """Finish a generation without starting the next one."""
    written = written or await load_written_text(work.transaction, generation.id)
    set_committed(
        generation,
        text=written.text,
        last_number=written.number,
        status=outcome.status,
        finished_at=datetime.now(UTC),
        lease_expires_at=None,
    )
    set_failure(generation, outcome)
    result: Message | str | None = None
    if not isinstance(outcome, Failed) or outcome.keeps_text:
        result = await store_generation_result(work, session, generation, written.text, outcome)
    message = result if isinstance(result, Message) else None
    set_committed(generation, result_id=message.id if message else result)
    work.deferred_writes.append(store.finish_write(generation))
    detail: dict[str, Any] = {"code": outcome.code} if isinstance(outcome, Failed) else {}
    work.record_event(
        session,
        SessionEventKind.GENERATION_FINISHED,
        by_assistant=not isinstance(outcome, Cancelled),
        generation_id=str(generation.id),
        kind=generation.kind,
        status=generation.status,
        **detail,
    )
    work.ended_generation_ids.append(generation.id)
    return FinishedGeneration(generation, message)


def set_failure(generation: models.Generation, outcome: GenerationOutcome) -> None:
    if isinstance(outcome, Cancelled):
        set_committed(generation, error_reason=outcome.reason)
    elif isinstance(outcome, Failed):
        set_committed(
            generation,
            error_code=outcome.code,
            error_reason=outcome.reason,
            retryable=outcome.retryable,
        )


async def cancel_turns(work: UnitOfWork, session: models.AISession, reason: str) -> None:
    """Cancel the running turn of a locked session and all queued ones. The text so far is kept,
    and queued messages enter the conversation unanswered."""
    turn = await store.LOCKED_RUNNING_TURN.load_one(work.transaction, session_id=session.id)
    if turn is not None:
        await finish_row(work, session, turn, Cancelled(reason))
    for queued in await store.lock_queued(work.transaction, session.id):
        await start.deliver_queued_message(work, session, queued)
        await finish_row(work, session, queued, Cancelled(reason))


def add_usage(work: UnitOfWork, generation: models.Generation, usage: Usage) -> None:
    """Add the cost of an attempt to a locked generation that is about to be finished."""
    work.deferred_writes.append(usage_ledger.usage_write(generation.id, usage))
    set_committed(generation, model=usage.model)
    for name in models.TOKEN_COLUMNS:
        set_committed(generation, **{name: getattr(generation, name) + getattr(usage, name)})
    if usage.cost_usd is not None:
        set_committed(generation, cost_usd=(generation.cost_usd or Decimal()) + usage.cost_usd)


async def record_late_usage(db: Transaction, generation_id: UUID, usage: Usage) -> None:
    """Add the cost of an attempt to a generation in any state, and to its user and account."""
    tokens = {name: getattr(usage, name) for name in models.TOKEN_COLUMNS}
    cost = usage.cost_usd
    await db.execute(store.ADD_USAGE, id=generation_id, model=usage.model, cost_usd=cost, **tokens)
    await usage_ledger.record_usage(db, generation_id, usage)
