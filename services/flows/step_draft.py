"""The draft of a guided step: what a flow's node or the assistant proposes as the next step."""

from dataclasses import dataclass

from models import StepType


@dataclass(frozen=True, slots=True)
class StepOption:
    value: str
    label: str
    followup_hint: str | None = None


@dataclass(frozen=True, slots=True)
class StepDraft:
    """The next step of a guided session, before it is stored."""

    step_type: StepType
    content: str
    context_message: str | None = None
    options: tuple[StepOption, ...] = ()
    allow_free_text: bool = True
    allow_skip: bool = True
    expected_outcome: str | None = None
    confidence: float | None = None
    flow_node_id: str | None = None
