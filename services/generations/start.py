"""Starts a generation inside the transaction of a mutation; queues messages sent meanwhile.

Each queued message has a generation that answers it, and enters the conversation in the transaction
that finishes the turn before it. So the conversation is always in order, and a crash leaves nothing
half done.
"""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from uuid_utils.compat import uuid7

import models
from models import GenerationKind, GenerationStatus, SessionEventKind
from services import limits
from services.chat.conversation import append_message
from services.chat.store import NewMessage, message_from_json, message_to_json
from services.errors import SessionBusy
from services.flows.matching import suggest_flows
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
    def of(cls, row: models.Generation) -> Self:
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


async def enqueue_message(
    work: UnitOfWork, session: models.AISession, message: NewMessage, *, behind: UUID
) -> models.Generation:
    """Queue a message behind the running turn of a locked session.

    Raises SessionBusy when the queue is full, RateLimited, QuotaExceeded.
    """
    queued = await store.lock_queued(work.transaction, session.id)
    if len(queued) >= limits.QUEUED_MESSAGES:
        raise SessionBusy(
            behind,
            f"The queue is full: {limits.QUEUED_MESSAGES} messages wait for their answers. "
            "Wait for one, or stop it.",
        )
    generation = models.Generation(
        account_id=session.account_id,
        session_id=session.id,
        kind=GenerationKind.CHAT_REPLY,
        status=GenerationStatus.QUEUED,
        request={"message": message_to_json(message)},
        requested_by_id=work.principal.user_id,
    )
    await store.insert_generation(work.transaction, generation)
    await reserve_allowance(work, generation)
    work.record_event(
        session,
        models.SessionEventKind.MESSAGE_QUEUED,
        message_id=message.id,
        generation_id=str(generation.id),
    )
    return generation


async def deliver_queued_message(
    work: UnitOfWork, session: models.AISession, generation: models.Generation
) -> None:
    """Move a queued message into the conversation."""
    message = message_from_json(generation.request["message"])
    append_message(work, session, message, actor_id=generation.requested_by_id)
    await suggest_flows(work, session, message.content)


async def start_next_queued(work: UnitOfWork, session: models.AISession) -> None:
    """Deliver the message that has waited longest, and start its generation."""
    for generation in (await store.lock_queued(work.transaction, session.id))[:1]:
        await deliver_queued_message(work, session, generation)
        await begin_generation(work, session, generation)
