"""The queue of messages that were sent while a turn runs, each with the generation that answers it.

A queued message enters the conversation in the transaction that finishes the turn before it. So the
conversation is always in order, and a crash leaves nothing half done.
"""

from uuid import UUID

import models
from models import GenerationKind, GenerationStatus
from services import limits
from services.chat.conversation import append_message
from services.chat.store import NewMessage, message_from_json, message_to_json
from services.errors import SessionBusy
from services.flows.matching import suggest_flows
from services.generations import store
from services.generations.start import begin_generation, reserve_allowance
from services.unit_of_work import UnitOfWork


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
