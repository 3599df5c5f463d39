from uuid import UUID

import models
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_session
from services.unit_of_work import UnitOfWork


async def reopen_session(work: UnitOfWork, session_id: UUID) -> models.AISession:
    session = await transition_session(work, session_id, SessionAction.REOPEN)
    session.resolved_at = session.abandoned_at = session.paused_at = None
    # The solution did not work. Its summary stays in the history.
    session.resolution_summary = None
    return session
