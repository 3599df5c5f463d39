"""Messages sent while an answer is being written, each with the answer it is to have.

Such a message enters the conversation when its turn comes, in the transaction that ends the turn
before: so the conversation reads in its order, and a crash finds nothing half done.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, select

import models
from models import GenerationKind, GenerationStatus
from services import limits
from services.chat import messages
from services.errors import SessionBusy
from services.flows.suggest import suggest_flows
from services.generations.start import begin_generation, reserve_usage
from services.sessions import events
from services.unit_of_work import UnitOfWork
from storage.orm_loading import LockedQuery
from storage.statements import param

WAITING = LockedQuery(
    models.Generation,
    select(models.Generation)
    .where(
        models.Generation.session_id == param("session_id", Uuid()),
        models.Generation.status == GenerationStatus.QUEUED,
    )
    .order_by(models.Generation.position),
)


async def enqueue_message(
    work: UnitOfWork, session: models.AISession, message: dict[str, Any], *, behind: UUID
) -> models.Generation:
    """Let a message wait behind the running answer. Raises SessionBusy when too many do, and
    RateLimited and QuotaExceeded."""
    if len(await load_queued(work, session)) >= limits.QUEUED_MESSAGES:
        raise SessionBusy(
            behind,
            f"{limits.QUEUED_MESSAGES} messages wait for their answers already. Wait for one, or "
            "stop it.",
        )
    generation = models.Generation(
        account_id=session.account_id,
        session_id=session.id,
        kind=GenerationKind.CHAT_REPLY,
        status=GenerationStatus.QUEUED,
        request={"message": message},
        requested_by_id=work.principal.user_id,
    )
    work.db.add(generation)
    await work.db.flush()
    await reserve_usage(work, generation)
    events.record_event(
        work,
        session,
        models.SessionEventKind.MESSAGE_QUEUED,
        message_id=message["id"],
        generation_id=str(generation.id),
    )
    return generation


async def load_queued(work: UnitOfWork, session: models.AISession) -> Sequence[models.Generation]:
    """What waits in a locked session, in order."""
    return await WAITING.load_all(work.transaction, session_id=session.id)


async def deliver_queued_message(
    work: UnitOfWork, session: models.AISession, generation: models.Generation
) -> None:
    """Put a waiting message into the conversation."""
    message = generation.request["message"]
    messages.append_message(work, session, message, actor_id=generation.requested_by_id)
    await suggest_flows(work, session, message["content"])


async def start_next_queued(work: UnitOfWork, session: models.AISession) -> None:
    """Say what has waited longest, and have it answered."""
    for generation in (await load_queued(work, session))[:1]:
        await deliver_queued_message(work, session, generation)
        await begin_generation(work, session, generation)
