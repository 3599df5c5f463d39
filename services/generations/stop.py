"""Stops a running or queued generation."""

from uuid import UUID

import models
from services.errors import NotFound
from services.generations import store
from services.generations.finish import Cancelled, finish_generation
from services.sessions.access import lock_editable
from services.unit_of_work import UnitOfWork


async def stop_running_generation(
    work: UnitOfWork, generation_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Stop a generation in whichever process it runs; one that has ended stays as it is.

    Raises NotFound, Forbidden.
    """
    generation = await store.find_generation_row(work.transaction, generation_id)
    if generation is None or generation.account_id != work.principal.account_id:
        raise NotFound("generation")
    session = await lock_editable(work, generation.session_id)
    running = await store.lock_unfinished(work.transaction, generation_id)
    if running is not None:
        await finish_generation(work, session, running, Cancelled("A user stopped this answer."))
    else:
        await store.refresh_generation(work.transaction, generation)
    return session, generation
