from datetime import UTC, datetime
from uuid import UUID

import models
from services import input_validation, limits
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_locked_session
from services.unit_of_work import UnitOfWork


async def abandon_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> models.AISession:
    reason = input_validation.optional_text(
        reason, "The reason", "reason", at_most=limits.REASON_CHARS
    )
    action = SessionAction.ABANDON
    session = await lock_for_action(work, session_id, action, expected_version)
    await transition_locked_session(work, session, action, reason=reason)
    session.abandoned_at = datetime.now(UTC)
    return session
