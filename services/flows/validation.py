"""What a tree must hold beyond the shape of its nodes. Pure.

A tree may join its branches again but never go in a circle, so every way through it ends, and
only a solution is an end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

from services.flows.tree import DecisionNode, FlowTree, next_node_ids
from services.limits import STEPS_IN_A_SESSION

#: The last step of a session is kept for saying that it is full.
LONGEST = STEPS_IN_A_SESSION - 1


@dataclass(frozen=True, slots=True)
class FlowIssue:
    """What is wrong, and where in the file."""

    place: tuple[str | int, ...]
    reason: str


def find_issues(tree: FlowTree) -> Iterator[FlowIssue]:
    """All faults of one kind at a time: a later check needs what an earlier one made sure."""
    for check in (
        check_root,
        check_targets,
        check_options,
        check_cycles,
        check_length_limit,
        check_reachability,
    ):
        found = list(check(tree))
        yield from found
        if found:
            return


def check_root(tree: FlowTree) -> Iterator[FlowIssue]:
    root = tree.nodes.get(tree.root)
    if root is None:
        yield FlowIssue(("root",), f"the root {tree.root!r} is no node of this flow")
    elif not isinstance(root, DecisionNode):
        yield FlowIssue(("root",), f"the root {tree.root!r} must be a decision, not a {root.type}")


def check_targets(tree: FlowTree) -> Iterator[FlowIssue]:
    for node_id, node in tree.nodes.items():
        for place, target in next_node_ids(node).items():
            if target not in tree.nodes:
                yield FlowIssue(("nodes", node_id, *place), f"there is no node {target!r}")


def check_options(tree: FlowTree) -> Iterator[FlowIssue]:
    for node_id, node in tree.nodes.items():
        if not isinstance(node, DecisionNode):
            continue
        values = [option.value for option in node.options]
        for place, value in enumerate(values):
            if value in values[:place]:
                where = ("nodes", node_id, "options", place, "value")
                yield FlowIssue(where, f"the option {value!r} is there twice")


def check_cycles(tree: FlowTree) -> Iterator[FlowIssue]:
    leads_to = {node_id: list(next_node_ids(node).values()) for node_id, node in tree.nodes.items()}
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as circle:
        around = circle.args[1][::-1]
        way = " -> ".join(around)
        yield FlowIssue(("nodes", around[0]), f"this way never reaches a solution: {way}")


def check_length_limit(tree: FlowTree) -> Iterator[FlowIssue]:
    @cache
    def steps_from(node_id: str) -> int:
        return 1 + max(map(steps_from, next_node_ids(tree.nodes[node_id]).values()), default=0)

    if steps_from(tree.root) > LONGEST:
        yield FlowIssue(("root",), f"its longest way has more than {LONGEST} steps")


def check_reachability(tree: FlowTree) -> Iterator[FlowIssue]:
    reached, ahead = set(), [tree.root]
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(next_node_ids(tree.nodes[node_id]).values())
    for node_id in sorted(tree.nodes.keys() - reached):
        yield FlowIssue(("nodes", node_id), f"nothing leads to the node {node_id!r}")
