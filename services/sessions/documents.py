"""The documents of a session: written by the assistant, corrected by people."""

from uuid import UUID

from sqlalchemy import select

import models
from models import DocumentKind, GenerationKind, GenerationStatus, SessionEventKind
from models import StatusUpdateAudience as Audience
from models import StatusUpdateLength as Length
from services import limits, text_validation
from services.ai.redact.redactor import redact
from services.errors import NotFound, QuotaExceeded
from services.generations import start
from services.sessions import access, events
from services.sessions.lifecycle import SessionAction
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork

G = models.Generation


async def reserve_document(
    work: UnitOfWork, session: models.AISession, kind: DocumentKind
) -> models.Generation:
    """A document that may be written about a locked session. Raises RateLimited, QuotaExceeded."""
    return await start.reserve_generation(work, session, GenerationKind(kind.value))


async def reserve_document_if_within_budget(
    work: UnitOfWork, session: models.AISession, kind: DocumentKind
) -> models.Generation | None:
    """None where what may be spent is spent. Raises RateLimited."""
    try:
        async with work.transaction.savepoint():
            return await reserve_document(work, session, kind)
    except QuotaExceeded:
        return None


async def request_status_update(
    work: UnitOfWork, session_id: UUID, *, audience: Audience, length: Length
) -> tuple[models.AISession, models.Generation]:
    session = await access.lock_for_action(work, session_id, SessionAction.STATUS_UPDATE)
    generation = await start.start_generation(
        work, session, GenerationKind.STATUS_UPDATE, audience=audience, length=length
    )
    return session, generation


async def store_document(
    work: UnitOfWork, session: models.AISession, generation: models.Generation, text: str
) -> models.SessionDocument:
    """Keep what was written. What a person made of an earlier version still stands over it."""
    kind = DocumentKind(generation.kind.value)
    document = None
    if kind is not DocumentKind.STATUS_UPDATE:
        document = await work.db.scalar(
            select(models.SessionDocument).where(
                models.SessionDocument.session_id == session.id,
                models.SessionDocument.kind == kind,
            )
        )
    if document is not None and await has_newer_document(work, generation):
        return document
    if document is None:
        document = models.SessionDocument(
            account_id=session.account_id,
            session_id=session.id,
            kind=kind,
            audience=generation.request.get("audience"),
            length=generation.request.get("length"),
            written_markdown="",
        )
        work.db.add(document)
    document.written_markdown = redact(text)
    document.updated_at = utc_now()
    await work.db.flush()
    events.record_event(
        work,
        session,
        SessionEventKind.DOCUMENT_READY,
        by_assistant=True,
        document_id=str(document.id),
        kind=kind,
    )
    return document


async def has_newer_document(work: UnitOfWork, generation: models.Generation) -> bool:
    """Whether there is one already that was begun later, and so knows more."""
    later = select(G.id).where(
        G.session_id == generation.session_id,
        G.kind == generation.kind,
        G.status == GenerationStatus.COMPLETED,
        G.position > generation.position,
    )
    return await work.db.scalar(later.limit(1)) is not None


async def edit_document(
    work: UnitOfWork, document_id: UUID, markdown: str
) -> tuple[models.AISession, models.SessionDocument]:
    """Put a person's words over the assistant's."""
    markdown = text_validation.require_text(markdown, "The document", at_most=limits.DOCUMENT_CHARS)
    document = await work.db.get(models.SessionDocument, document_id)
    if document is None or document.account_id != work.principal.account_id:
        raise NotFound("document")
    session = await access.lock_editable(work, document.session_id)
    document.edited_markdown = redact(markdown)
    document.edited_by_id = work.principal.user_id
    document.updated_at = utc_now()
    events.record_event(
        work,
        session,
        SessionEventKind.DOCUMENT_EDITED,
        document_id=str(document.id),
        kind=document.kind,
    )
    return session, document
