from uuid import UUID

import models
from models import SessionType
from services import chat, guided
from services.access import lock_to_work_on
from services.work import Work


async def regenerate(work: Work, session_id: UUID) -> tuple[models.AISession, models.Generation]:
    """Have the assistant's last turn made anew, whatever became of it.

    Raises NotFound, Forbidden, InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_to_work_on(work, session_id)
    if session.session_type is SessionType.CHAT:
        return await chat.regenerate(work, session_id)
    return await guided.regenerate(work, session_id)
