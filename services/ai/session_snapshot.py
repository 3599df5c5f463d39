"""Session snapshot: the content of a session as plain data, so that prompts need no database."""

from dataclasses import dataclass
from typing import Any

from models import MessageRole, SessionStatus, SessionType, StepType


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """One message of a chat. `is_intake`: it only repeats the intake of the session."""

    role: MessageRole
    content: str
    interrupted: bool = False
    is_intake: bool = False


@dataclass(frozen=True, slots=True)
class AnsweredStep:
    """One step of a guided session. `answer` is its answer as text, None while the step is open."""

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
    """A flow that matches the problem, with its match score from 0 to 1."""

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
