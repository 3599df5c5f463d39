from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import models
from models import DocumentKind, GenerationKind
from services import input_validation, limits
from services.errors import InvalidInput
from services.generations.replay import replay_generations
from services.generations.start import StartedGeneration, begin_generation, reserve_generation
from services.idempotency import StoredOutcome, idempotent
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
    idempotency_key: str | None = None,
) -> tuple[models.AISession, list[StartedGeneration]]:
    """Close a session as solved, and start the generation of its documents.

    Raises NotFound, Forbidden, InvalidInput, InvalidTransition, StaleState, RateLimited,
    QuotaExceeded.
    """
    summary = input_validation.optional_text(
        summary, "The summary", "resolutionSummary", at_most=limits.REASON_CHARS
    )
    check_kinds(kinds)
    input = {
        "session": session_id,
        "summary": summary,
        "kinds": kinds,
        "expected_version": expected_version,
    }
    async with idempotent(work, idempotency_key, "resolve", input) as request:
        if request.earlier is not None:
            return await replay_generations(work, session_id, request.earlier)
        session, generations = await close_session(
            work, session_id, summary, kinds, expected_version
        )
        request.outcome = StoredOutcome(generation_ids=tuple(each.id for each in generations))
        return session, [StartedGeneration.of(each) for each in generations]


def check_kinds(kinds: Sequence[DocumentKind]) -> None:
    """Raises InvalidInput for a document that other mutations write."""
    for index, kind in enumerate(kinds):
        if kind in OTHER_KINDS:
            message = f"`resolve` cannot write a document of kind {kind.name}."
            raise InvalidInput(message, f"documents[{index}]")


async def close_session(
    work: UnitOfWork,
    session_id: UUID,
    summary: str | None,
    kinds: Sequence[DocumentKind],
    expected_version: int | None,
) -> tuple[models.AISession, list[models.Generation]]:
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
