"""The steps of a guided session."""

from dataclasses import asdict
from uuid import UUID

import models
from models import SessionEventKind
from services.flows.flow_tree import StepDraft
from services.guided import store
from services.limits import STEPS_IN_A_SESSION
from services.unit_of_work import UnitOfWork


async def add_step(
    work: UnitOfWork,
    session: models.AISession,
    draft: StepDraft,
    *,
    generation_id: UUID | None = None,
) -> models.SessionStep:
    """Add the next step to a locked session."""
    session.step_count += 1
    session.confidence_score = draft.confidence or session.confidence_score
    step = models.SessionStep(
        account_id=session.account_id,
        session_id=session.id,
        step_order=session.step_count,
        step_type=draft.step_type,
        content=draft.content,
        context_message=draft.context_message,
        options=[asdict(option) for option in draft.options],
        allow_free_text=draft.allow_free_text,
        allow_skip=draft.allow_skip,
        expected_outcome=draft.expected_outcome,
        confidence_tier=session.confidence_tier,
        confidence_score=draft.confidence,
        flow_node_id=draft.flow_node_id,
        generation_id=generation_id,
    )
    await store.insert_step(work.transaction, step)
    change = work.record_event(
        session,
        SessionEventKind.STEP_ADDED,
        by_assistant=True,
        step_id=str(step.id),
        order=step.step_order,
        step_type=step.step_type,
    )
    change.index(draft.content)
    return step


def is_step_limit_reached(session: models.AISession) -> bool:
    return session.step_count >= STEPS_IN_A_SESSION
