"""The tree of a flow: what a technician is asked, told to do, and ends with."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Words = Annotated[str, Field(min_length=1)]
NodeId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class FlowModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class DecisionOption(FlowModel):
    """One answer to a decision; `hint` says what speaks for choosing it."""

    value: NodeId
    label: Words
    next: NodeId
    hint: str | None = None


class DecisionNode(FlowModel):
    """A question with a way on for each answer, and one for "I don't know" where it has it."""

    type: Literal["decision"]
    question: Words
    help_text: str | None = None
    options: Annotated[tuple[DecisionOption, ...], Field(min_length=2)]
    unsure: NodeId | None = None


class ActionNode(FlowModel):
    """Something to do, and what is to be seen when it worked."""

    type: Literal["action"]
    step: Literal["action", "script", "verification", "info_request"] = "action"
    title: Words
    instructions: Words
    expected_outcome: str | None = None
    next: NodeId


class SolutionNode(FlowModel):
    """An end: what to do now and for good, and what was wrong."""

    type: Literal["solution"]
    title: Words
    resolution: Words
    root_cause: str | None = None


FlowNode = Annotated[DecisionNode | ActionNode | SolutionNode, Field(discriminator="type")]


class FlowTree(FlowModel):
    root: NodeId
    nodes: Mapping[NodeId, FlowNode]


def parse_tree(tree: dict[str, Any]) -> FlowTree:
    """Read a stored tree. Raises pydantic's ValidationError."""
    return FlowTree.model_validate(tree)


def next_node_ids(node: FlowNode) -> dict[tuple[str | int, ...], str]:
    """The ids a node leads to, each by where in the node it is written."""
    match node:
        case DecisionNode():
            ways: dict[tuple[str | int, ...], str] = {
                ("options", place, "next"): option.next for place, option in enumerate(node.options)
            }
            return ways | ({("unsure",): node.unsure} if node.unsure else {})
        case ActionNode():
            return {("next",): node.next}
        case SolutionNode():
            return {}
