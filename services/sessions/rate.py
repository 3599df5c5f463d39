from uuid import UUID

import models
from models import SessionEventKind
from services import input_validation, limits
from services.errors import InvalidInput
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def rate_session(
    work: UnitOfWork,
    session_id: UUID,
    rating: int,
    comment: str | None,
    *,
    expected_version: int | None = None,
) -> models.AISession:
    if not 1 <= rating <= 5:
        raise InvalidInput("`rating` must be between 1 and 5.", "rating")
    comment = input_validation.optional_text(
        comment, "The comment", "comment", at_most=limits.REASON_CHARS
    )
    session = await lock_for_action(work, session_id, SessionAction.RATE, expected_version)
    session.session_rating = rating
    session.session_feedback = comment
    work.record_event(session, SessionEventKind.RATED, rating=str(rating))
    return session
