"""Creates chat and guided sessions."""

from dataclasses import dataclass

import models
from models import SessionEventKind, SessionType
from services import input_validation, limits
from services.chat.start import start_chat
from services.errors import NotFound
from services.flows.matching import suggest_flows
from services.generations.start import StartedGeneration
from services.guided.start import start_guided
from services.idempotency import StoredOutcome, idempotent
from services.sessions import store
from services.sessions.intake import Intake
from services.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CreateResult:
    session: models.AISession
    generation: StartedGeneration | None


async def create_session(
    work: UnitOfWork,
    session_type: SessionType,
    intake: Intake,
    *,
    title: str | None = None,
    idempotency_key: str | None = None,
) -> CreateResult:
    """Create a session and start the first answer of the assistant.

    Raises InvalidInput, NotFound, RateLimited, QuotaExceeded.
    """
    title = input_validation.optional_text(title, "The title", "title", at_most=limits.TITLE_CHARS)
    input = {"type": session_type, "title": title, "intake": intake.as_content()}
    async with idempotent(work, idempotency_key, "createSession", input) as request:
        if request.earlier is not None:
            return await replay_create(work, request.earlier)
        session = await add_session(work, session_type, intake, title)
        start = start_chat if session_type is SessionType.CHAT else start_guided
        generation = await start(work, session)
        generation_id = generation.id if generation else None
        request.outcome = StoredOutcome(session_id=session.id, generation_id=generation_id)
        started = StartedGeneration(generation.id, generation) if generation else None
        return CreateResult(session, started)


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
    await store.insert_session(work.transaction, session)
    change = work.record_event(session, SessionEventKind.CREATED, session_type=session_type)
    change.index(title, intake.text, intake.log_text, intake.ticket_id)
    return session


async def replay_create(work: UnitOfWork, earlier: StoredOutcome) -> CreateResult:
    """Return the session that the first request with the same key created."""
    session = await store.find_visible_session(work.transaction, work.principal, earlier.session_id)
    if session is None:
        raise NotFound("session any more: it was created with this `idempotencyKey`, then deleted")
    generation_id = earlier.generation_id
    return CreateResult(session, StartedGeneration(generation_id) if generation_id else None)
