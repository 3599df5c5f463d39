"""The tree of a flow: its questions, actions and solutions."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

NonEmptyText = Annotated[str, Field(min_length=1)]
NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class FlowModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class DecisionOption(FlowModel):
    """One answer to a decision; `hint` says when to choose it."""

    value: NodeId
    label: NonEmptyText
    next: NodeId
    hint: str | None = None


class DecisionNode(FlowModel):
    """A question with a next node for each answer; `unsure` is the next node if it is skipped."""

    type: Literal["decision"]
    question: NonEmptyText
    help_text: str | None = None
    options: Annotated[tuple[DecisionOption, ...], Field(min_length=2)]
    unsure: NodeId | None = None


class ActionNode(FlowModel):
    """An action, and its expected outcome."""

    type: Literal["action"]
    step: Literal["action", "script", "verification", "info_request"] = "action"
    title: NonEmptyText
    instructions: NonEmptyText
    expected_outcome: str | None = None
    next: NodeId


class SolutionNode(FlowModel):
    """An end of the tree: resolution and root cause."""

    type: Literal["solution"]
    title: NonEmptyText
    resolution: NonEmptyText
    root_cause: str | None = None


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
