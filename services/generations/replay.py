"""Answers a repeated request with the generations that its first sending has started."""

from uuid import UUID

import models
from services.generations.start import StartedGeneration
from services.idempotency import StoredOutcome
from services.sessions.access import lock_session
from services.unit_of_work import UnitOfWork


async def replay_generations(
    work: UnitOfWork, session_id: UUID, earlier: StoredOutcome
) -> tuple[models.AISession, list[StartedGeneration]]:
    """The session as it is now, and the generations of the first request. Raises NotFound."""
    session = await lock_session(work, session_id)
    return session, [StartedGeneration(each) for each in earlier.generation_ids]
