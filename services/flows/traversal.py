"""Traverses a flow's tree: the step of a node, and the node that an answer leads to. Pure."""

from collections.abc import Sequence
from difflib import get_close_matches

from models import StepType
from services.flows.step_draft import StepDraft, StepOption
from services.flows.tree import ActionNode, DecisionNode, FlowNode, FlowTree, SolutionNode

SOLVED = StepOption("solved", "That solved it")
NOT_SOLVED = StepOption("not_solved", "It is still not solved")
DONE = StepOption("done", "Done, as expected")
DIFFERENT = StepOption(
    "different", "Done, but the result was different", "Say what you saw instead"
)

#: Prefix of an option value that selects a flow; its slug follows.
FLOW_CHOICE = "flow:"

AS_STEP = {
    "action": StepType.ACTION,
    "script": StepType.SCRIPT,
    "verification": StepType.VERIFICATION,
    "info_request": StepType.INFO_REQUEST,
}


def step_from_node(tree: FlowTree, node_id: str) -> StepDraft:
    node = tree.nodes[node_id]
    match node:
        case DecisionNode():
            return question_step(node_id, node)
        case ActionNode():
            return action_step(node_id, node)
        case SolutionNode():
            return solution_step(node_id, node)


def question_step(node_id: str, node: DecisionNode) -> StepDraft:
    return StepDraft(
        StepType.QUESTION,
        node.question,
        context_message=node.help_text,
        options=option_choices(node),
        allow_skip=node.unsure is not None,
        flow_node_id=node_id,
    )


def option_choices(node: DecisionNode) -> tuple[StepOption, ...]:
    return tuple(StepOption(o.value, o.label, o.hint) for o in node.options)


def action_step(node_id: str, node: ActionNode) -> StepDraft:
    return StepDraft(
        AS_STEP[node.step],
        f"**{node.title}**\n\n{node.instructions}".strip(),
        options=(DONE, DIFFERENT),
        expected_outcome=node.expected_outcome,
        flow_node_id=node_id,
    )


def solution_step(node_id: str, node: SolutionNode) -> StepDraft:
    return StepDraft(
        StepType.RESOLUTION_SUGGESTION,
        f"**{node.title}**\n\n{node.resolution}".strip(),
        context_message=f"Likely root cause: {node.root_cause}" if node.root_cause else None,
        options=(SOLVED, NOT_SOLVED),
        allow_skip=False,
        flow_node_id=node_id,
    )


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
    if said.isdigit() and 0 < int(said) <= len(options):
        return options[int(said) - 1]
    close = get_close_matches(said, names, n=1, cutoff=0.8)
    return names[close[0]] if close else None
