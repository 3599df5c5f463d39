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
from services.generations.results import Outcome
from services.generations.start import RUNNING_TURN
from services.quotas import usage_ledger
from services.sessions import events
from services.timestamps import now
from services.unit_of_work import Work
from storage.orm_loading import Locked, note
from storage.statements import Statement, named
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


Ending = Completed | Failed | Cancelled

G = models.Generation
IN_PROGRESS = Locked(
    G,
    select(G).where(
        G.id == named("id", Uuid()),
        G.status.in_([GenerationStatus.RUNNING, GenerationStatus.QUEUED]),
    ),
)
TURN = Locked(G, RUNNING_TURN)

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
    *models.TOKENS,
)
END = Statement(
    update(G)
    .where(G.id == named("id", Uuid()))
    .values({name: named(name, getattr(G, name).type) for name in ENDED if name != "id"})
)
SPEND = Statement(
    update(G)
    .where(G.id == named("id", Uuid()))
    .values(
        {name: getattr(G, name) + named(name, Integer()) for name in models.TOKENS}
        | {
            "model": named("model", Text()),
            "cost_usd": func.coalesce(
                func.coalesce(G.cost_usd, 0) + named("cost_usd", Numeric()), G.cost_usd
            ),
        }
    )
)


async def lock_running(
    work: Work, generation_id: UUID, attempt: int | None = None
) -> models.Generation | None:
    """The generation if it still runs, at this attempt if one is named; locked until the commit."""
    found = await IN_PROGRESS.find(work.transaction, id=generation_id)
    return found if found is not None and attempt in (None, found.attempt) else None


async def end(
    work: Work,
    session: models.AISession,
    generation: models.Generation,
    ending: Ending,
    written: token_log.SoFar | None = None,
) -> Outcome:
    """End a generation, and begin the turn that waits behind it.

    Session and generation must be locked, in this order. What is in the log by now is the
    answer, and known to the one who has `written` it: no word of it can be added later.
    """
    was_running = generation.status is GenerationStatus.RUNNING
    outcome = await close(work, session, generation, ending, written)
    if was_running and generation.kind is GenerationKind.CHAT_REPLY:
        await message_queue.begin_next(work, session)
    return outcome


async def close(
    work: Work,
    session: models.AISession,
    generation: models.Generation,
    ending: Ending,
    written: token_log.SoFar | None = None,
) -> Outcome:
    written = written or await token_log.so_far(work.transaction, generation.id)
    note(
        generation,
        text=written.text,
        last_number=written.number,
        status=ending.status,
        finished_at=now(),
        lease_expires_at=None,
    )
    note_failure(generation, ending)
    kept: Message | str | None = None
    if not isinstance(ending, Failed) or ending.keeps_text:
        kept = await results.keep(work, session, generation, written.text, ending)
    message = kept if isinstance(kept, Message) else None
    note(generation, result_id=message.id if message else kept)
    work.later(END, **{name: getattr(generation, name) for name in ENDED})
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
    return Outcome(generation, message)


def note_failure(generation: models.Generation, ending: Ending) -> None:
    if isinstance(ending, Cancelled):
        note(generation, error_reason=ending.reason)
    elif isinstance(ending, Failed):
        note(
            generation,
            error_code=ending.code,
            error_reason=ending.reason,
            retryable=ending.retryable,
        )


async def cancel_turns(work: Work, session: models.AISession, reason: str) -> None:
    """Stop the answer being written into a locked session and all that wait behind it. What is
    written so far is kept, and what was said enters the conversation unanswered."""
    turn = await TURN.find(work.transaction, session_id=session.id)
    if turn is not None:
        await close(work, session, turn, Cancelled(reason))
    for waiting in await message_queue.waiting(work, session):
        await message_queue.say(work, session, waiting)
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


def charge(work: Work, generation: models.Generation, usage: Usage) -> None:
    """As `spend`, of an answer that is locked and about to be ended."""
    work.later(usage_ledger.ENTER, **usage_ledger.cost_of(generation.id, usage))
    note(generation, model=usage.model)
    for name in models.TOKENS:
        note(generation, **{name: getattr(generation, name) + getattr(usage, name)})
    if usage.cost_usd is not None:
        note(generation, cost_usd=(generation.cost_usd or Decimal()) + usage.cost_usd)


async def spend(transaction: Transaction, generation_id: UUID, usage: Usage) -> None:
    """Add what one attempt has cost to the answer, whether it runs or has ended, and to what
    its user and account have spent."""
    counted = {name: getattr(usage, name) for name in models.TOKENS}
    await transaction.run(
        SPEND, id=generation_id, model=usage.model, cost_usd=usage.cost_usd, **counted
    )
    await usage_ledger.spend(transaction, generation_id, usage)
