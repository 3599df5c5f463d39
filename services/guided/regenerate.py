from uuid import UUID

import models
from models import GenerationKind
from services.generations.start import start_generation
from services.generations.store import find_running_turn_id
from services.sessions import store
from services.sessions.access import check_obstacle, lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def regenerate_step(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Generate the next step again after its generation failed.

    Raises InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_for_action(work, session_id, SessionAction.REGENERATE)
    last = await store.find_last_step(work.transaction, session.id)
    check_obstacle(
        work,
        session,
        SessionAction.REGENERATE,
        running_turn=await find_running_turn_id(work.transaction, session.id),
        has_open_step=last is not None and not last.is_answered,
    )
    # The user continues, so the problem is not solved.
    session.resolution_summary = None
    return session, await start_generation(work, session, GenerationKind.GUIDED_STEP)
