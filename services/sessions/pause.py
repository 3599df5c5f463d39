from datetime import UTC, datetime
from uuid import UUID

import models
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_session
from services.unit_of_work import UnitOfWork


async def pause_session(
    work: UnitOfWork, session_id: UUID, *, expected_version: int | None = None
) -> models.AISession:
    session = await transition_session(work, session_id, SessionAction.PAUSE, expected_version)
    session.paused_at = datetime.now(UTC)
    return session


async def resume_session(
    work: UnitOfWork, session_id: UUID, *, expected_version: int | None = None
) -> models.AISession:
    session = await transition_session(work, session_id, SessionAction.RESUME, expected_version)
    session.paused_at = None
    return session
