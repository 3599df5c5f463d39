from datetime import UTC, datetime
from uuid import UUID

import models
from models import GenerationKind, Role
from services import input_validation, limits
from services.errors import InvalidInput, NotFound, QuotaExceeded
from services.generations.replay import replay_generations
from services.generations.start import StartedGeneration, begin_generation, reserve_generation
from services.idempotency import StoredOutcome, idempotent
from services.sessions import store
from services.sessions.access import lock_for_action
from services.sessions.lifecycle import SessionAction
from services.sessions.transitions import transition_locked_session
from services.unit_of_work import UnitOfWork


async def escalate_session(
    work: UnitOfWork,
    session_id: UUID,
    *,
    reason: str,
    to_user_id: UUID | None = None,
    expected_version: int | None = None,
    idempotency_key: str | None = None,
) -> tuple[models.AISession, StartedGeneration | None]:
    """Escalate a session, with an escalation package if the quota allows one.

    Raises NotFound, Forbidden, InvalidInput, InvalidTransition, StaleState, RateLimited.
    """
    reason = input_validation.require_text(
        reason, "The reason", "reason", at_most=limits.REASON_CHARS
    )
    input = {
        "session": session_id,
        "reason": reason,
        "to": to_user_id,
        "expected_version": expected_version,
    }
    async with idempotent(work, idempotency_key, "escalate", input) as request:
        if request.earlier is not None:
            session, started = await replay_generations(work, session_id, request.earlier)
            return session, next(iter(started), None)
        if to_user_id is not None:
            await check_assignee(work, to_user_id)
        session, package = await hand_over(work, session_id, reason, to_user_id, expected_version)
        request.outcome = StoredOutcome(generation_ids=(package.id,) if package else ())
        return session, StartedGeneration.of(package) if package else None


async def hand_over(
    work: UnitOfWork,
    session_id: UUID,
    reason: str,
    to_user_id: UUID | None,
    expected_version: int | None,
) -> tuple[models.AISession, models.Generation | None]:
    action = SessionAction.ESCALATE
    session = await lock_for_action(work, session_id, action, expected_version)
    package = await reserve_package_if_within_budget(work, session)
    assignee = str(to_user_id) if to_user_id else None
    await transition_locked_session(work, session, action, reason=reason, to_user_id=assignee)
    session.escalated_at = datetime.now(UTC)
    session.escalation_reason = reason
    session.escalated_by_id = work.principal.user_id
    session.escalated_to_id = to_user_id
    session.claimed_at = None
    work.change_for(session).index(reason)
    if package is not None:
        await begin_generation(work, session, package)
    return session, package


async def reserve_package_if_within_budget(
    work: UnitOfWork, session: models.AISession
) -> models.Generation | None:
    """None if the quota is used up. Raises RateLimited."""
    try:
        async with work.transaction.savepoint():
            return await reserve_generation(work, session, GenerationKind.ESCALATION_PACKAGE)
    except QuotaExceeded:
        return None


async def check_assignee(work: UnitOfWork, user_id: UUID) -> None:
    """Raises InvalidInput, NotFound if a session cannot be escalated to this user."""
    if user_id == work.principal.user_id:
        raise InvalidInput("You cannot escalate a session to yourself.", "toUserId")
    user = await store.find_user(work.transaction, user_id)
    if user is None or user.account_id != work.principal.account_id:
        raise NotFound("user in your account")
    if user.deactivated_at is not None:
        raise InvalidInput(f"{user.name} is deactivated. Choose another user.", "toUserId")
    if user.role is Role.VIEWER:
        message = f"{user.name} is a viewer and cannot work on sessions. Choose another user."
        raise InvalidInput(message, "toUserId")
