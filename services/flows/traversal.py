"""Walking a flow's tree: which step a node becomes, and which node an answer leads to. Pure."""

from collections.abc import Sequence
from difflib import get_close_matches

from models import StepType
from services.ai.port import StepDraft, StepOption
from services.flows.tree import Action, Decision, Node, Solution, Tree

SOLVED = StepOption("solved", "That solved it")
NOT_SOLVED = StepOption("not_solved", "It is still not solved")
DONE = StepOption("done", "Done, as expected")
DIFFERENT = StepOption("different", "Done, but the result was different", "Say what you saw instead")

#: An option's value that stands for a flow to follow, before its slug.
FLOW_CHOICE = "flow:"

AS_STEP = {
    "action": StepType.ACTION,
    "script": StepType.SCRIPT,
    "verification": StepType.VERIFICATION,
    "info_request": StepType.INFO_REQUEST,
}


def step_for(tree: Tree, node_id: str) -> StepDraft:
    node = tree.nodes[node_id]
    match node:
        case Decision():
            return question(node_id, node)
        case Action():
            return action(node_id, node)
        case Solution():
            return suggestion(node_id, node)


def question(node_id: str, node: Decision) -> StepDraft:
    return StepDraft(
        StepType.QUESTION,
        node.question,
        context_message=node.help_text,
        options=choices(node),
        allow_skip=node.unsure is not None,
        flow_node_id=node_id,
    )


def choices(node: Decision) -> tuple[StepOption, ...]:
    return tuple(StepOption(o.value, o.label, o.hint) for o in node.options)


def action(node_id: str, node: Action) -> StepDraft:
    return StepDraft(
        AS_STEP[node.step],
        f"**{node.title}**\n\n{node.instructions}".strip(),
        options=(DONE, DIFFERENT),
        expected_outcome=node.expected_outcome,
        flow_node_id=node_id,
    )


def suggestion(node_id: str, node: Solution) -> StepDraft:
    return StepDraft(
        StepType.RESOLUTION_SUGGESTION,
        f"**{node.title}**\n\n{node.resolution}".strip(),
        context_message=f"Likely root cause: {node.root_cause}" if node.root_cause else None,
        options=(SOLVED, NOT_SOLVED),
        allow_skip=False,
        flow_node_id=node_id,
    )


def next_node(node: Node, *, option: str | None, skipped: bool) -> str | None:
    """The node an answer leads to; None where the tree has no way for it."""
    match node:
        case Decision():
            if skipped:
                return node.unsure
            return next((o.next for o in node.options if o.value == option), None)
        case Action():
            return node.next
        case Solution():
            return None


def option_meant(options: Sequence[StepOption], text: str) -> StepOption | None:
    """The option a free text stands for, if it plainly stands for one."""
    said = text.strip().casefold().rstrip(".!")
    names = {name.casefold(): o for o in options for name in (o.value, o.label)}
    if said.isdigit() and 0 < int(said) <= len(options):
        return options[int(said) - 1]
    close = get_close_matches(said, names, n=1, cutoff=0.8)
    return names[close[0]] if close else None
