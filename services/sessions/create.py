"""Starting a session of either kind."""

from dataclasses import dataclass
from uuid import UUID

import models
from models import SessionEventKind, SessionType
from services import idempotency, limits, text_validation
from services.chat import turns
from services.errors import NotFound
from services.flows.suggest import suggest_flows
from services.generations.start import Begun
from services.guided import progress
from services.sessions import events, search_index
from services.sessions.access import visible_sessions
from services.sessions.intake import Intake
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateResult:
    session: models.AISession
    answer: Begun | None


async def create_session(
    work: UnitOfWork,
    session_type: SessionType,
    intake: Intake,
    *,
    title: str | None = None,
    idempotency_key: str | None = None,
) -> CreateResult:
    """Open a session and let the assistant make its first move. Raises InvalidInput."""
    title = text_validation.optional_text(title, "The title", at_most=limits.TITLE_CHARS)
    asked = {"type": session_type, "title": title, "intake": intake.as_content()}
    earlier = await idempotency.earlier_outcome(work, idempotency_key, "createSession", asked)
    if earlier is not None:
        return await recall(work, earlier)
    session = await add_session(work, session_type, intake, title)
    begin = turns.start_chat if session_type is SessionType.CHAT else progress.start_guided
    generation = await begin(work, session)
    await idempotency.remember(
        work,
        idempotency_key,
        {
            "session_id": str(session.id),
            "generation_id": str(generation.id) if generation else None,
        },
    )
    return CreateResult(session, generation)


async def add_session(
    work: UnitOfWork, session_type: SessionType, intake: Intake, title: str | None
) -> models.AISession:
    kind = models.ChatSession if session_type is SessionType.CHAT else models.GuidedSession
    session = kind(
        account_id=work.principal.account_id,
        user_id=work.principal.user_id,
        title=title,
        intake_type=intake.type,
        intake_content=intake.as_content(),
        psa_ticket_id=intake.ticket_id,
        suggested_flow_ids=[],
    )
    await suggest_flows(work, session, intake.words)
    work.db.add(session)
    await work.db.flush()
    search_index.index_text(work, session, title, intake.words)
    events.record_event(work, session, SessionEventKind.CREATED, session_type=session_type)
    return session


async def recall(work: UnitOfWork, earlier: dict[str, str | None]) -> CreateResult:
    """What the first request with the same key has created."""
    session = await work.db.scalar(
        visible_sessions(work.principal).where(
            models.AISession.id == UUID(earlier["session_id"] or "")
        )
    )
    if session is None:
        raise NotFound("session any more: it was created with this key and deleted since")
    generation_id = earlier["generation_id"]
    return CreateResult(session, UUID(generation_id) if generation_id else None)
