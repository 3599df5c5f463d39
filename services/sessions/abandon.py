from datetime import UTC, datetime
from uuid import UUID

import models
from models import SessionEventKind
from services import input_validation, limits
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_session
from services.unit_of_work import UnitOfWork


async def abandon_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> models.AISession:
    reason = input_validation.optional_text(reason, "The reason", at_most=limits.REASON_CHARS)
    session = await transition_session(
        work,
        session_id,
        SessionAction.ABANDON,
        SessionEventKind.ABANDONED,
        expected_version=expected_version,
        reason=reason,
    )
    session.abandoned_at = datetime.now(UTC)
    return session
