"""A session as the assistant sees it: plain data, so that no prompt touches the database."""

from dataclasses import dataclass
from typing import Any

from models import MessageRole, SessionStatus, SessionType, StepType


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One message of a chat."""

    role: MessageRole
    content: str
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class AnsweredStep:
    """One step of a guided session with its answer, in words; None while it is open."""

    order: int
    step_type: StepType
    content: str
    answer: str | None = None
    note: str | None = None
    skipped: bool = False
    expected_outcome: str | None = None
    options: tuple[str, ...] = ()
    flow_node_id: str | None = None


@dataclass(frozen=True, slots=True)
class FlowCandidate:
    """A flow that fits the problem, with how well it fits (0 to 1)."""

    slug: str
    title: str
    description: str
    domain: str
    tree: dict[str, Any]
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    session_type: SessionType
    status: SessionStatus
    intake_text: str
    engineer: str
    log_text: str | None = None
    title: str | None = None
    problem_summary: str | None = None
    problem_domain: str | None = None
    ticket_id: str | None = None
    messages: tuple[ChatTurn, ...] = ()
    steps: tuple[AnsweredStep, ...] = ()
    flow: FlowCandidate | None = None
    suggestions: tuple[FlowCandidate, ...] = ()
    resolution_summary: str | None = None
    escalation_reason: str | None = None
