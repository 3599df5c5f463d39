"""Regenerates the last turn of a session."""

from uuid import UUID

import models
from models import SessionType
from services.chat.regenerate import regenerate_reply
from services.guided.regenerate import regenerate_step
from services.sessions.access import lock_editable
from services.unit_of_work import UnitOfWork


async def regenerate_last_turn(
    work: UnitOfWork, session_id: UUID
) -> tuple[models.AISession, models.Generation]:
    """Start the last turn of the assistant again, however it ended.

    Raises NotFound, Forbidden, InvalidTransition, InvalidInput, SessionBusy.
    """
    session = await lock_editable(work, session_id)
    if session.session_type is SessionType.CHAT:
        return await regenerate_reply(work, session_id)
    return await regenerate_step(work, session_id)
