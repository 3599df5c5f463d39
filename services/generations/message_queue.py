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
from services.flows.suggest import look_for_flows
from services.generations.start import admit, begin
from services.sessions import events
from services.unit_of_work import Work
from storage.orm_loading import Locked
from storage.statements import named

WAITING = Locked(
    models.Generation,
    select(models.Generation)
    .where(
        models.Generation.session_id == named("session_id", Uuid()),
        models.Generation.status == GenerationStatus.QUEUED,
    )
    .order_by(models.Generation.position),
)


async def put(
    work: Work, session: models.AISession, message: dict[str, Any], *, behind: UUID
) -> models.Generation:
    """Let a message wait behind the running answer. Raises SessionBusy when too many do, and
    RateLimited and QuotaExceeded."""
    if len(await waiting(work, session)) >= limits.QUEUED_MESSAGES:
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
    await admit(work, generation)
    events.record(
        work,
        session,
        models.SessionEventKind.MESSAGE_QUEUED,
        message_id=message["id"],
        generation_id=str(generation.id),
    )
    return generation


async def waiting(work: Work, session: models.AISession) -> Sequence[models.Generation]:
    """What waits in a locked session, in order."""
    return await WAITING.all(work.transaction, session_id=session.id)


async def say(work: Work, session: models.AISession, generation: models.Generation) -> None:
    """Put a waiting message into the conversation."""
    message = generation.request["message"]
    messages.add(work, session, message, actor_id=generation.requested_by_id)
    await look_for_flows(work, session, message["content"])


async def begin_next(work: Work, session: models.AISession) -> None:
    """Say what has waited longest, and have it answered."""
    for generation in (await waiting(work, session))[:1]:
        await say(work, session, generation)
        await begin(work, session, generation)
