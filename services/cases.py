"""Reads a session out of the database as the assistant is to see it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

import models
from models import SessionType
from services import messages
from services.ai.case import Answered, Case, FlowInView, Said


async def load(db: AsyncSession, session_id: UUID, *, without_last_reply: bool = False) -> Case:
    """The whole session as plain data; the caller has checked that it may be seen."""
    session = await db.get_one(models.AISession, session_id)
    engineer = await db.get_one(models.User, session.user_id)
    flows = await flows_in_view(db, session)
    matched = flows.get(str(session.matched_flow_id))
    is_chat = session.session_type is SessionType.CHAT
    said = await said_in(db, session, without_last_reply) if is_chat else ()
    return Case(
        session_type=session.session_type,
        status=session.status,
        intake_text=session.intake_text,
        log_text=session.intake_content.get("log_text"),
        engineer=engineer.name,
        title=session.title,
        problem_summary=session.problem_summary,
        problem_domain=session.problem_domain,
        ticket_id=session.psa_ticket_id,
        messages=said,
        steps=() if is_chat else await steps_of(db, session_id),
        flow=matched,
        suggestions=tuple(
            flows[suggested["id"]]
            for suggested in session.suggested_flow_ids
            if suggested["id"] in flows
        ),
        resolution_summary=session.resolution_summary,
        escalation_reason=session.escalation_reason,
    )


async def said_in(
    db: AsyncSession, session: models.AISession, without_last_reply: bool
) -> tuple[Said, ...]:
    high = session.step_count - (1 if without_last_reply else 0)
    whole = messages.Slice(session.id, 1, high)
    found = (await messages.read(db, session.account_id, [whole]))[whole]
    return tuple(Said(m.role, m.content, m.interrupted) for m in found)


async def steps_of(db: AsyncSession, session_id: UUID) -> tuple[Answered, ...]:
    steps = await db.scalars(
        select(models.SessionStep)
        .where(models.SessionStep.session_id == session_id)
        .order_by(models.SessionStep.step_order)
    )
    return tuple(
        Answered(
            order=step.step_order,
            step_type=step.step_type,
            content=step.content,
            answer=None if step.skipped else step.answer_text,
            note=step.response_text if step.selected_option else None,
            skipped=step.skipped,
            expected_outcome=step.expected_outcome,
            options=tuple(option["label"] for option in step.options),
            flow_node_id=step.flow_node_id,
        )
        for step in steps
    )


async def flows_in_view(db: AsyncSession, session: models.AISession) -> dict[str, FlowInView]:
    """The matched flow and the suggested ones, by id."""
    scores = {suggested["id"]: suggested["score"] for suggested in session.suggested_flow_ids}
    if session.matched_flow_id:
        scores[str(session.matched_flow_id)] = session.match_score or 0.0
    if not scores:
        return {}
    flows = await db.scalars(
        select(models.Flow).where(models.Flow.id.in_([UUID(id) for id in scores]))
    )
    return {
        str(flow.id): FlowInView(
            slug=flow.slug,
            title=flow.title,
            description=flow.description,
            domain=flow.domain,
            tree=flow.tree,
            score=scores[str(flow.id)],
        )
        for flow in flows
    }
