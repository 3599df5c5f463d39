from uuid import UUID

import models
from models import GenerationKind
from services import limits
from services.errors import InvalidInput
from services.generations.start import ensure_idle, start_generation
from services.guided.advance import is_step_limit_reached
from services.sessions import store
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def regenerate_step(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Generate the next step again after its generation failed.

    Raises InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_for_action(work, session_id, SessionAction.RESPOND_TO_STEP)
    await ensure_idle(work, session)
    last = await store.find_last_step(work.transaction, session.id)
    if last is not None and not last.is_answered:
        raise InvalidInput("The current step waits for its answer; there is nothing to regenerate.")
    if is_step_limit_reached(session):
        raise InvalidInput(
            f"The session has reached its limit of {limits.STEPS_IN_A_SESSION} steps."
        )
    # The user continues, so the problem is not solved.
    session.resolution_summary = None
    return session, await start_generation(work, session, GenerationKind.GUIDED_STEP)
