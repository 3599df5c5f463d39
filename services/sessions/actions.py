"""What can be done to a session of either kind. Each verb is one transaction of its caller."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete as sql_delete
from sqlalchemy import select

import models
from models import DocumentKind, Role, SessionEventKind, SessionStatus
from services import limits, text_validation
from services.errors import AlreadyClaimed, Forbidden, InvalidInput, InvalidTransition, NotFound
from services.flows import matching
from services.generations.finish import cancel_document_generations, cancel_turns
from services.generations.start import begin_generation
from services.sessions import documents, events, lifecycle, search_index
from services.sessions.access import can_claim, lock_editable, lock_for_action, lock_session
from services.sessions.lifecycle import TRANSITIONS, SessionAction
from services.timestamps import utc_now
from services.unit_of_work import UnitOfWork

Action = SessionAction


async def transition_session(
    work: UnitOfWork,
    session_id: UUID,
    action: SessionAction,
    kind: SessionEventKind,
    *,
    expected_version: int | None = None,
    **detail: str | None,
) -> models.AISession:
    """Take a session to the status the action leads to, and stop what is being written in it."""
    session = await lock_for_action(work, session_id, action, expected_version)
    await transition_locked_session(work, session, action, kind, **detail)
    return session


async def transition_locked_session(
    work: UnitOfWork,
    session: models.AISession,
    action: SessionAction,
    kind: SessionEventKind,
    **detail: str | None,
) -> None:
    await cancel_turns(work, session, f"The session was {kind.value}.")
    session.status = TRANSITIONS[session.status, action]
    if action not in (Action.PAUSE, Action.RESUME) and session.matched_flow_id:
        await work.db.flush()
        await matching.update_success_rate(work.db, session.account_id, session.matched_flow_id)
    told: dict[str, Any] = {name: value for name, value in detail.items() if value}
    events.record_event(work, session, kind, **told)


async def resolve_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    summary: str | None = None,
    kinds: Sequence[DocumentKind] = (DocumentKind.TICKET_NOTES,),
    expected_version: int | None = None,
) -> tuple[models.AISession, list[models.Generation]]:
    """Close a session as solved; its documents are written afterwards."""
    summary = text_validation.optional_text(summary, "The summary", at_most=limits.REASON_CHARS)
    if unfit := set(kinds) & {DocumentKind.STATUS_UPDATE, DocumentKind.ESCALATION_PACKAGE}:
        names = ", ".join(sorted(kind.name for kind in unfit))
        raise InvalidInput(f"Resolving writes no {names}.")
    session = await lock_for_action(work, session_id, Action.RESOLVE, expected_version)
    generations = [
        await documents.reserve_document(work, session, kind) for kind in dict.fromkeys(kinds)
    ]
    await transition_locked_session(
        work, session, Action.RESOLVE, SessionEventKind.RESOLVED, summary=summary
    )
    session.resolved_at = utc_now()
    session.resolution_summary = summary or session.resolution_summary
    search_index.index_text(work, session, summary)
    for generation in generations:
        await begin_generation(work, session, generation)
    return session, generations


async def escalate_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    reason: str,
    to_user_id: UUID | None = None,
    expected_version: int | None = None,
) -> tuple[models.AISession, models.Generation | None]:
    """Hand a session on, with a package for whoever claims it if that may still be paid for."""
    reason = text_validation.require_text(reason, "The reason", at_most=limits.REASON_CHARS)
    if to_user_id is not None:
        await check_assignee(work, to_user_id)
    session = await lock_for_action(work, session_id, Action.ESCALATE, expected_version)
    package = await documents.reserve_document_if_within_budget(
        work, session, DocumentKind.ESCALATION_PACKAGE
    )
    await transition_locked_session(
        work,
        session,
        Action.ESCALATE,
        SessionEventKind.ESCALATED,
        reason=reason,
        to_user_id=str(to_user_id) if to_user_id else None,
    )
    session.escalated_at = utc_now()
    session.escalation_reason = reason
    session.escalated_by_id = work.principal.user_id
    session.escalated_to_id = to_user_id
    session.claimed_at = None
    search_index.index_text(work, session, reason)
    if package is not None:
        await begin_generation(work, session, package)
    return session, package


async def check_assignee(work: UnitOfWork, user_id: UUID) -> None:
    if user_id == work.principal.user_id:
        raise InvalidInput("You cannot escalate a session to yourself.")
    user = await work.db.get(models.User, user_id)
    if user is None or user.account_id != work.principal.account_id:
        raise NotFound("user to escalate to")
    if user.deactivated_at is not None:
        raise InvalidInput(f"{user.name} has left.")
    if user.role is Role.VIEWER:
        raise InvalidInput(f"{user.name} is a viewer and cannot work on sessions.")


async def claim_session(work: UnitOfWork, session_id: UUID) -> models.AISession:
    """Take an escalated session over. Claiming it twice changes nothing.

    Raises NotFound, AlreadyClaimed, Forbidden, InvalidTransition.
    """
    session = await lock_session(work, session_id)
    if session.status is not SessionStatus.ESCALATED and session.claimed_at is not None:
        if session.escalated_to_id == work.principal.user_id:
            return session
        await raise_already_claimed(work, session)
    if not lifecycle.is_allowed(session.status, Action.CLAIM):
        raise InvalidTransition(session.status, Action.CLAIM)
    if not can_claim(work.principal, session):
        raise Forbidden("You escalated this session yourself; somebody else has to claim it.")
    session = await transition_session(work, session_id, Action.CLAIM, SessionEventKind.CLAIMED)
    session.escalated_to_id = work.principal.user_id
    session.claimed_at = utc_now()
    session.paused_at = None
    return session


async def raise_already_claimed(work: UnitOfWork, session: models.AISession) -> None:
    winner = await work.db.get(models.User, session.escalated_to_id)
    if winner is not None and session.claimed_at is not None:
        raise AlreadyClaimed(winner.id, winner.name, session.claimed_at)


async def pause_session(
    work: UnitOfWork, session_id: UUID, *, expected_version: int | None = None
) -> models.AISession:
    session = await transition_session(
        work, session_id, Action.PAUSE, SessionEventKind.PAUSED, expected_version=expected_version
    )
    session.paused_at = utc_now()
    return session


async def resume_session(
    work: UnitOfWork, session_id: UUID, *, expected_version: int | None = None
) -> models.AISession:
    session = await transition_session(
        work, session_id, Action.RESUME, SessionEventKind.RESUMED, expected_version=expected_version
    )
    session.paused_at = None
    return session


async def abandon_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    reason: str | None = None,
    expected_version: int | None = None,
) -> models.AISession:
    reason = text_validation.optional_text(reason, "The reason", at_most=limits.REASON_CHARS)
    session = await transition_session(
        work,
        session_id,
        Action.ABANDON,
        SessionEventKind.ABANDONED,
        expected_version=expected_version,
        reason=reason,
    )
    session.abandoned_at = utc_now()
    return session


async def reopen_session(work: UnitOfWork, session_id: UUID) -> models.AISession:
    session = await transition_session(work, session_id, Action.REOPEN, SessionEventKind.REOPENED)
    session.resolved_at = session.abandoned_at = session.paused_at = None
    # It did not hold. The audit trail still has it.
    session.resolution_summary = None
    return session


async def rename_session(work: UnitOfWork, session_id: UUID, title: str) -> models.AISession:
    """Give a session a title, which the assistant then leaves alone."""
    title = text_validation.require_text(title, "The title", at_most=limits.TITLE_CHARS)
    session = await lock_editable(work, session_id)
    session.title = title
    search_index.index_text(work, session, title)
    events.record_event(work, session, SessionEventKind.RENAMED, title=title)
    return session


async def rate_session(
    work: UnitOfWork, session_id: UUID, rating: int, comment: str | None
) -> models.AISession:
    if not 1 <= rating <= 5:
        raise InvalidInput("`rating` must be between 1 and 5.")
    comment = text_validation.optional_text(comment, "The comment", at_most=limits.REASON_CHARS)
    session = await lock_editable(work, session_id)
    session.session_rating = rating
    session.session_feedback = comment
    events.record_event(work, session, SessionEventKind.RATED, rating=str(rating))
    return session


async def delete_session(work: UnitOfWork, session_id: UUID) -> None:
    """Delete a session with everything in it. Raises NotFound, Forbidden."""
    session = await lock_session(work, session_id)
    if work.principal.user_id != session.user_id and work.principal.role is not Role.ADMIN:
        raise Forbidden("Only its owner or an administrator can delete a session.")
    # All at once and in the order in which the token log locks them: the two never wait for each
    # other in a circle.
    answers = select(models.Generation.id).where(models.Generation.session_id == session.id)
    await work.db.execute(answers.order_by(models.Generation.id).with_for_update())
    await cancel_turns(work, session, "The session was deleted.")
    await cancel_document_generations(work, session)
    work.db.add(
        models.DeletedSession(
            session_id=session.id,
            account_id=session.account_id,
            user_id=session.user_id,
            session_type=session.session_type,
            status=session.status,
            state_version=session.state_version + 1,
            created_at=session.created_at,
        )
    )
    await work.flush()
    work.touched_sessions.add(session.id)
    await work.db.execute(
        sql_delete(models.AISession)
        .where(models.AISession.id == session.id)
        .execution_options(synchronize_session=False)
    )
    work.db.expunge_all()
