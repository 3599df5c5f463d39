"""Reads a session out of the database as the assistant is to see it."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, case, select
from sqlalchemy.dialects.postgresql import ARRAY

import models
from models import SessionType
from services.ai.session_snapshot import AnsweredStep, ChatTurn, FlowCandidate, SessionSnapshot
from services.chat import messages
from services.errors import NotFound
from storage.statements import Query, model_columns, param
from storage.transactions import Transaction

S = models.AISession
#: What a case is made of, of a session joined with its owner.
COLUMNS = (
    *model_columns(
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
SESSION: Query[Any] = Query(
    select(*COLUMNS)
    .join(models.User, models.User.id == S.user_id)
    .where(S.id == param("id", Uuid()))
)
STEPS: Query[models.SessionStep] = Query(
    select(
        *model_columns(
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
    .where(models.SessionStep.session_id == param("session_id", Uuid()))
    .order_by(models.SessionStep.step_order),
    models.SessionStep,
)
FLOWS: Query[models.Flow] = Query(
    select(
        *model_columns(models.Flow, "id", "slug", "title", "description", "domain", "tree")
    ).where(models.Flow.id == any_(param("ids", ARRAY(Uuid)))),
    models.Flow,
)


async def load_case(db: Transaction, session_id: UUID) -> SessionSnapshot:
    """The whole session as plain data; the caller has checked that it may be seen.

    Raises NotFound.
    """
    session = await db.fetch_row(SESSION, id=session_id)
    if session is None:
        raise NotFound("session")
    return await build_case(db, session)


async def build_case(
    db: Transaction, session: Any, *, without_last_reply: bool = False
) -> SessionSnapshot:
    """The case of a session of which its `COLUMNS` are there."""
    suggested = session.suggested_flow_ids
    flows = await load_candidate_flows(db, session, suggested)
    is_chat = session.session_type is SessionType.CHAT
    return SessionSnapshot(
        session_type=session.session_type,
        status=session.status,
        intake_text=str(session.intake_content.get("text") or ""),
        log_text=session.intake_content.get("log_text"),
        engineer=session.engineer,
        title=session.title,
        problem_summary=session.problem_summary,
        problem_domain=session.problem_domain,
        ticket_id=session.psa_ticket_id,
        messages=chat_history(session, without_last_reply),
        steps=() if is_chat else await load_answered_steps(db, session.id),
        flow=flows.get(str(session.matched_flow_id)),
        suggestions=tuple(flows[each["id"]] for each in suggested if each["id"] in flows),
        resolution_summary=session.resolution_summary,
        escalation_reason=session.escalation_reason,
    )


def chat_history(session: Any, without_last_reply: bool) -> tuple[ChatTurn, ...]:
    high = session.step_count - (1 if without_last_reply else 0)
    return tuple(
        ChatTurn(messages.ROLES[said["role"]], said["content"], bool(said.get("interrupted")))
        for said in (session.conversation or ())[:high]
    )


async def load_answered_steps(db: Transaction, session_id: UUID) -> tuple[AnsweredStep, ...]:
    return tuple(
        AnsweredStep(
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
        for step in await db.fetch_rows(STEPS, session_id=session_id)
    )


async def load_candidate_flows(
    db: Transaction, session: Any, suggested: list[dict[str, Any]]
) -> dict[str, FlowCandidate]:
    """The matched flow and the suggested ones, by id."""
    scores = {each["id"]: each["score"] for each in suggested}
    if session.matched_flow_id:
        scores[str(session.matched_flow_id)] = session.match_score or 0.0
    if not scores:
        return {}
    return {
        str(flow.id): FlowCandidate(
            slug=flow.slug,
            title=flow.title,
            description=flow.description,
            domain=flow.domain,
            tree=flow.tree,
            score=scores[str(flow.id)],
        )
        for flow in await db.fetch_rows(FLOWS, ids=[UUID(id) for id in scores])
    }
