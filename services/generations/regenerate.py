"""Regenerates the last turn of a session."""

from uuid import UUID

import models
from models import SessionType
from services.chat.regenerate import regenerate_reply
from services.generations.replay import replay_generations
from services.generations.start import StartedGeneration
from services.guided.regenerate import regenerate_step
from services.idempotency import StoredOutcome, idempotent
from services.sessions.access import lock_editable
from services.unit_of_work import UnitOfWork


async def regenerate_last_turn(
    work: UnitOfWork, session_id: UUID, *, idempotency_key: str | None = None
) -> tuple[models.AISession, StartedGeneration]:
    """Start the last turn of the assistant again, however it ended.

    Raises NotFound, Forbidden, InvalidTransition, InvalidInput, SessionBusy.
    """
    input = {"session": session_id}
    async with idempotent(work, idempotency_key, "regenerate", input) as request:
        if request.earlier is not None:
            session, [started] = await replay_generations(work, session_id, request.earlier)
            return session, started
        session = await lock_editable(work, session_id)
        is_chat = session.session_type is SessionType.CHAT
        regenerate = regenerate_reply if is_chat else regenerate_step
        session, generation = await regenerate(work, session_id)
        request.outcome = StoredOutcome(generation_ids=(generation.id,))
        return session, StartedGeneration.of(generation)
