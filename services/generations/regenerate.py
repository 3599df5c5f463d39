from uuid import UUID

import models
from models import SessionType
from services.chat import turns
from services.guided import progress
from services.sessions.access import lock_to_work_on
from services.unit_of_work import Work


async def regenerate(work: Work, session_id: UUID) -> tuple[models.AISession, models.Generation]:
    """Have the assistant's last turn made anew, whatever became of it.

    Raises NotFound, Forbidden, InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_to_work_on(work, session_id)
    if session.session_type is SessionType.CHAT:
        return await turns.regenerate(work, session_id)
    return await progress.regenerate(work, session_id)
