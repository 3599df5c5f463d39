from uuid import UUID

import models
from models import SessionEventKind
from services import input_validation, limits
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.unit_of_work import UnitOfWork


async def rename_session(
    work: UnitOfWork, session_id: UUID, title: str, *, expected_version: int | None = None
) -> models.AISession:
    """Set the title of a session. The assistant does not overwrite it."""
    title = input_validation.require_text(title, "The title", "title", at_most=limits.TITLE_CHARS)
    session = await lock_for_action(work, session_id, SessionAction.RENAME, expected_version)
    session.title = title
    work.record_event(session, SessionEventKind.RENAMED, title=title).index(title)
    return session
