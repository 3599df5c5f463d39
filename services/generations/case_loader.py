"""Reads a session out of the database as the assistant is to see it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, case, select
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import SessionType
from services.ai.case import Answered, Case, FlowInView, Said
from services.chat import messages
from services.errors import NotFound
from storage.statements import Read, columns, named
from storage.transactions import Transaction

S = models.AISession
#: What a case is made of, of a session joined with its owner.
COLUMNS = (
    *columns(
        S,
        "id",
        "created_at",
        "session_type",
        "status",
        "intake_content",
        "title",
        "problem_summary",
        "problem_domain",
        "psa_ticket_id",
        "step_count",
        "matched_flow_id",
        "match_score",
        "suggested_flow_ids",
        "resolution_summary",
        "escalation_reason",
    ),
    case((S.session_type == SessionType.CHAT, S.conversation_messages)).label("conversation"),
    models.User.name.label("engineer"),
)
SESSION: Read[Any] = Read(
    select(*COLUMNS)
    .join(models.User, models.User.id == S.user_id)
    .where(S.id == named("id", Uuid()))
)
STEPS: Read[models.SessionStep] = Read(
    select(
        *columns(
            models.SessionStep,
            "step_order",
            "step_type",
            "content",
            "options",
            "expected_outcome",
            "flow_node_id",
            "selected_option",
            "selected_label",
            "response_text",
            "skipped",
        )
    )
    .where(models.SessionStep.session_id == named("session_id", Uuid()))
    .order_by(models.SessionStep.step_order),
    models.SessionStep,
)
FLOWS: Read[models.Flow] = Read(
    select(*columns(models.Flow, "id", "slug", "title", "description", "domain", "tree")).where(
        models.Flow.id == any_(named("ids", ARRAY(Uuid)))
    ),
    models.Flow,
)


async def load(db: Transaction, session_id: UUID) -> Case:
    """The whole session as plain data; the caller has checked that it may be seen.

    Raises NotFound.
    """
    session = await db.row(SESSION, id=session_id)
    if session is None:
        raise NotFound("session")
    return await of(db, session)


async def of(db: Transaction, session: Any, *, without_last_reply: bool = False) -> Case:
    """The case of a session of which its `COLUMNS` are there."""
    suggested = session.suggested_flow_ids
    flows = await flows_in_view(db, session, suggested)
    is_chat = session.session_type is SessionType.CHAT
    return Case(
        session_type=session.session_type,
        status=session.status,
        intake_text=str(session.intake_content.get("text") or ""),
        log_text=session.intake_content.get("log_text"),
        engineer=session.engineer,
        title=session.title,
        problem_summary=session.problem_summary,
        problem_domain=session.problem_domain,
        ticket_id=session.psa_ticket_id,
        messages=said_in(session, without_last_reply),
        steps=() if is_chat else await steps_of(db, session.id),
        flow=flows.get(str(session.matched_flow_id)),
        suggestions=tuple(flows[each["id"]] for each in suggested if each["id"] in flows),
        resolution_summary=session.resolution_summary,
        escalation_reason=session.escalation_reason,
    )


def said_in(session: Any, without_last_reply: bool) -> tuple[Said, ...]:
    high = session.step_count - (1 if without_last_reply else 0)
    return tuple(
        Said(messages.ROLES[said["role"]], said["content"], bool(said.get("interrupted")))
        for said in (session.conversation or ())[:high]
    )


async def steps_of(db: Transaction, session_id: UUID) -> tuple[Answered, ...]:
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
        for step in await db.rows(STEPS, session_id=session_id)
    )


async def flows_in_view(
    db: Transaction, session: Any, suggested: list[dict[str, Any]]
) -> dict[str, FlowInView]:
    """The matched flow and the suggested ones, by id."""
    scores = {each["id"]: each["score"] for each in suggested}
    if session.matched_flow_id:
        scores[str(session.matched_flow_id)] = session.match_score or 0.0
    if not scores:
        return {}
    return {
        str(flow.id): FlowInView(
            slug=flow.slug,
            title=flow.title,
            description=flow.description,
            domain=flow.domain,
            tree=flow.tree,
            score=scores[str(flow.id)],
        )
        for flow in await db.rows(FLOWS, ids=[UUID(id) for id in scores])
    }
