"""Loads the input of the assistant: the snapshot of the session, and the request in the row of the
generation. Any process can rebuild it, and so continue the generation.
"""

from dataclasses import replace
from typing import Any
from uuid import UUID

from models import SessionType, StatusUpdateAudience, StatusUpdateLength
from services.ai.port import AssistantRequest
from services.ai.session_snapshot import AnsweredStep, ChatTurn, FlowCandidate, SessionSnapshot
from services.chat.store import ROLES
from services.errors import NotFound
from services.generations import store
from services.sessions.intake import opening_message
from storage.transactions import Transaction


async def load_session_snapshot(db: Transaction, session_id: UUID) -> SessionSnapshot:
    """The session as plain data; the caller has checked the right to read it.

    Raises NotFound.
    """
    session = await db.fetch_row(store.SESSION, id=session_id)
    if session is None:
        raise NotFound("session")
    return await build_session_snapshot(db, session)


async def build_session_snapshot(
    db: Transaction, session: Any, *, without_last_reply: bool = False
) -> SessionSnapshot:
    """Build the snapshot from a row that has `store.SNAPSHOT_COLUMNS`."""
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
    turns = tuple(
        ChatTurn(ROLES[said["role"]], said["content"], bool(said.get("interrupted")))
        for said in (session.conversation or ())[:high]
    )
    if turns and turns[0].content == opening_message(session.intake_content, session.psa_ticket_id):
        return (replace(turns[0], is_intake=True), *turns[1:])
    return turns


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
        for step in await db.fetch_rows(store.STEPS, session_id=session_id)
    )


async def load_candidate_flows(
    db: Transaction, session: Any, suggested: list[dict[str, Any]]
) -> dict[str, FlowCandidate]:
    """The matched flow and the suggested flows, by id."""
    scores = {each["id"]: each["score"] for each in suggested}
    if session.matched_flow_id:
        scores[str(session.matched_flow_id)] = session.match_score or 0.0
    if not scores:
        return {}
    return {
        str(flow.id): FlowCandidate(
            flow.slug, flow.title, flow.description, flow.domain, flow.tree, scores[str(flow.id)]
        )
        for flow in await db.fetch_rows(
            store.FLOWS, account_id=db.account_id, ids=[UUID(id) for id in scores]
        )
    }


async def build_assistant_request(db: Transaction, row: Any) -> AssistantRequest:
    """Build the input from a row of `store.REQUEST`."""
    request = row.request
    return AssistantRequest(
        kind=row.kind,
        snapshot=await build_session_snapshot(
            db, row, without_last_reply=bool(request.get("replaces"))
        ),
        audience=StatusUpdateAudience(request["audience"]) if request.get("audience") else None,
        length=StatusUpdateLength(request["length"]) if request.get("length") else None,
    )
