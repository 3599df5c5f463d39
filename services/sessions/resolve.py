from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import models
from models import DocumentKind, GenerationKind
from services import input_validation, limits
from services.errors import InvalidInput
from services.generations.start import begin_generation, reserve_generation
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_locked_session
from services.unit_of_work import UnitOfWork

OTHER_KINDS = {DocumentKind.STATUS_UPDATE, DocumentKind.ESCALATION_PACKAGE}


async def resolve_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    summary: str | None = None,
    kinds: Sequence[DocumentKind] = (DocumentKind.TICKET_NOTES,),
    expected_version: int | None = None,
) -> tuple[models.AISession, list[models.Generation]]:
    """Close a session as solved, and start the generation of its documents."""
    summary = input_validation.optional_text(summary, "The summary", at_most=limits.REASON_CHARS)
    if unfit := OTHER_KINDS.intersection(kinds):
        names = ", ".join(sorted(kind.name for kind in unfit))
        raise InvalidInput(f"resolveSession cannot write documents of kind {names}.")
    action = SessionAction.RESOLVE
    session = await lock_for_action(work, session_id, action, expected_version)
    generations = [
        await reserve_generation(work, session, GenerationKind(kind.value))
        for kind in dict.fromkeys(kinds)
    ]
    await transition_locked_session(work, session, action, summary=summary)
    session.resolved_at = datetime.now(UTC)
    session.resolution_summary = summary or session.resolution_summary
    work.change_for(session).index(summary)
    for generation in generations:
        await begin_generation(work, session, generation)
    return session, generations
