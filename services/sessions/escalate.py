from datetime import UTC, datetime
from uuid import UUID

import models
from models import GenerationKind, Role
from services import input_validation, limits
from services.errors import InvalidInput, NotFound, QuotaExceeded
from services.generations.start import begin_generation, reserve_generation
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
) -> tuple[models.AISession, models.Generation | None]:
    """Escalate a session, with an escalation package if the quota allows one."""
    reason = input_validation.require_text(reason, "The reason", at_most=limits.REASON_CHARS)
    if to_user_id is not None:
        await check_assignee(work, to_user_id)
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
        raise InvalidInput("You cannot escalate a session to yourself.")
    user = await store.find_user(work.transaction, user_id)
    if user is None or user.account_id != work.principal.account_id:
        raise NotFound("user in your account")
    if user.deactivated_at is not None:
        raise InvalidInput(f"{user.name} is deactivated. Choose another user.")
    if user.role is Role.VIEWER:
        raise InvalidInput(
            f"{user.name} is a viewer and cannot work on sessions. Choose another user."
        )
