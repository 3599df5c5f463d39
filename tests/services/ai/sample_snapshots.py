"""Sample session snapshots and a small flow."""

from dataclasses import replace
from typing import Any

from models import MessageRole, SessionStatus, SessionType, StepType
from services.ai.session_snapshot import AnsweredStep, ChatTurn, FlowCandidate, SessionSnapshot

TREE: dict[str, Any] = {
    "root": "scope",
    "nodes": {
        "scope": {
            "type": "decision",
            "question": "Who is affected?",
            "options": [
                {"value": "one", "label": "One person", "next": "restart"},
                {"value": "all", "label": "Everybody", "next": "outage"},
            ],
            "unsure": "restart",
        },
        "restart": {
            "type": "action",
            "title": "Restart it",
            "instructions": "Turn it off and on.",
            "expected_outcome": "It comes up",
            "next": "stuck",
        },
        "stuck": {
            "type": "solution",
            "title": "It was stuck",
            "resolution": "A restart frees it.",
            "root_cause": "A hung process.",
        },
        "outage": {
            "type": "solution",
            "title": "The provider is down",
            "resolution": "Wait for it.",
            "root_cause": "An outage at the provider.",
        },
    },
}


def sample_flow(slug: str = "stuck-thing", title: str = "A thing is stuck", score: float = 0.9):
    return FlowCandidate(slug, title, f"For {title.lower()}.", "Testing", TREE, score)


def chat_snapshot(*texts: str, **fields: Any) -> SessionSnapshot:
    """A chat in which engineer and assistant alternate. Its first message is its intake."""
    roles = (MessageRole.USER, MessageRole.ASSISTANT)
    messages = tuple(
        ChatTurn(roles[turn % 2], text, is_intake=turn == 0) for turn, text in enumerate(texts)
    )
    return SessionSnapshot(
        **{
            "session_type": SessionType.CHAT,
            "status": SessionStatus.ACTIVE,
            "intake_text": texts[0],
            "engineer": "Ana",
            "messages": messages,
        }
        | fields
    )


def guided_snapshot(*steps: AnsweredStep, **fields: Any) -> SessionSnapshot:
    return SessionSnapshot(
        **{
            "session_type": SessionType.GUIDED,
            "status": SessionStatus.ACTIVE,
            "intake_text": "The thing does not answer",
            "engineer": "Ana",
            "steps": steps,
        }
        | fields
    )


ASKED = AnsweredStep(1, StepType.QUESTION, "Who is affected?", "One person", flow_node_id="scope")
RESTARTED = AnsweredStep(
    2,
    StepType.ACTION,
    "**Restart it**\n\nTurn it off and on.",
    "Done, as expected",
    note="took two minutes",
    flow_node_id="restart",
)
SOLVED = AnsweredStep(
    3,
    StepType.RESOLUTION_SUGGESTION,
    "**It was stuck**\n\nA restart frees it.",
    "That solved it",
    flow_node_id="stuck",
)

WALKED = guided_snapshot(ASKED, RESTARTED, SOLVED, flow=sample_flow())
RESOLVED = replace(
    WALKED, status=SessionStatus.RESOLVED, resolution_summary="It was stuck. A hung process."
)
ESCALATED = replace(
    WALKED, steps=(ASKED, RESTARTED), status=SessionStatus.ESCALATED, escalation_reason="No idea"
)
