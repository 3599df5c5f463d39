"""The tree of a flow, and its traversal: the step of a node, and the node that an answer leads to.
Pure: no database, no model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from models import StepType
from services import limits

NonEmptyText = Annotated[str, Field(min_length=1, max_length=limits.FLOW_TEXT_CHARS)]
Label = Annotated[str, Field(min_length=1, max_length=255)]
Hint = Annotated[str, Field(max_length=limits.HINT_CHARS)]
OptionalText = Annotated[str, Field(max_length=limits.FLOW_TEXT_CHARS)]
NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class FlowModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class DecisionOption(FlowModel):
    """One answer to a decision; `hint` says when to choose it."""

    value: NodeId
    label: Label
    next: NodeId
    hint: Hint | None = None


class DecisionNode(FlowModel):
    """A question with a next node for each answer; `unsure` is the next node if it is skipped."""

    type: Literal["decision"]
    question: NonEmptyText
    help_text: OptionalText | None = None
    options: Annotated[
        tuple[DecisionOption, ...], Field(min_length=2, max_length=limits.STEP_OPTIONS)
    ]
    unsure: NodeId | None = None


class ActionNode(FlowModel):
    """An action, and its expected outcome."""

    type: Literal["action"]
    step: Literal["action", "script", "verification", "info_request"] = "action"
    title: Label
    instructions: NonEmptyText
    expected_outcome: OptionalText | None = None
    next: NodeId


class SolutionNode(FlowModel):
    """An end of the tree: resolution and root cause."""

    type: Literal["solution"]
    title: Label
    resolution: NonEmptyText
    root_cause: OptionalText | None = None


FlowNode = Annotated[DecisionNode | ActionNode | SolutionNode, Field(discriminator="type")]


class FlowTree(FlowModel):
    root: NodeId
    nodes: Mapping[NodeId, FlowNode]


def parse_tree(tree: dict[str, Any]) -> FlowTree:
    """Read a stored tree. Raises pydantic's ValidationError."""
    return FlowTree.model_validate(tree)


def next_node_ids(node: FlowNode) -> dict[tuple[str | int, ...], str]:
    """The ids of the next nodes, by their location in the node."""
    match node:
        case DecisionNode():
            next_ids: dict[tuple[str | int, ...], str] = {
                ("options", index, "next"): option.next for index, option in enumerate(node.options)
            }
            return next_ids | ({("unsure",): node.unsure} if node.unsure else {})
        case ActionNode():
            return {("next",): node.next}
        case SolutionNode():
            return {}


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


SOLVED = StepOption("solved", "That solved it")
NOT_SOLVED = StepOption("not_solved", "It is still not solved")
DONE = StepOption("done", "Done, as expected")
DIFFERENT = StepOption(
    "different", "Done, but the result was different", "Say what you saw instead"
)

#: Prefix of an option value that selects a flow; its slug follows.
FLOW_CHOICE = "flow:"


def step_from_node(tree: FlowTree, node_id: str) -> StepDraft:
    node = tree.nodes[node_id]
    match node:
        case DecisionNode():
            return StepDraft(
                StepType.QUESTION,
                node.question,
                context_message=node.help_text,
                options=option_choices(node),
                allow_skip=node.unsure is not None,
                flow_node_id=node_id,
            )
        case ActionNode():
            return StepDraft(
                StepType(node.step),
                f"**{node.title}**\n\n{node.instructions}".strip(),
                options=(DONE, DIFFERENT),
                expected_outcome=node.expected_outcome,
                flow_node_id=node_id,
            )
        case SolutionNode(title=title, root_cause=cause):
            return StepDraft(
                StepType.RESOLUTION_SUGGESTION,
                f"**{title}**\n\n{node.resolution}".strip(),
                context_message=f"Likely root cause: {cause}" if cause else None,
                options=(SOLVED, NOT_SOLVED),
                allow_skip=False,
                flow_node_id=node_id,
            )


def option_choices(node: DecisionNode) -> tuple[StepOption, ...]:
    return tuple(StepOption(o.value, o.label, o.hint) for o in node.options)


def next_node_id(node: FlowNode, *, option: str | None, skipped: bool) -> str | None:
    """The node that an answer leads to; None if the tree has none."""
    match node:
        case DecisionNode():
            if skipped:
                return node.unsure
            return next((o.next for o in node.options if o.value == option), None)
        case ActionNode():
            return node.next
        case SolutionNode():
            return None


def parse_option(options: Sequence[StepOption], text: str) -> StepOption | None:
    """The option that a free text names by number, value or label, tolerating typing errors."""
    said = text.strip().casefold().rstrip(".!")
    names = {name.casefold(): o for o in options for name in (o.value, o.label)}
    # Not `isdigit`, which is also true of a superscript; and no number of thousands of digits.
    if said.isdecimal() and len(said) < 10:
        return options[int(said) - 1] if 0 < int(said) <= len(options) else None
    if len(said) > 2 * max(map(len, names), default=0):
        return None  # Nothing as long is similar, and to find that out would take milliseconds.
    close = get_close_matches(said, names, n=1, cutoff=0.8)
    return names[close[0]] if close else None
