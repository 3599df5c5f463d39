"""Validates a flow's tree beyond the shape of its nodes. Pure.

Branches may join again, but there must be no cycle: every path ends, and only at a solution.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

from services.flows.flow_tree import DecisionNode, FlowTree, next_node_ids
from services.limits import STEPS_IN_A_SESSION

#: The last step of a session is reserved: it says that the limit is reached.
MAX_PATH_STEPS = STEPS_IN_A_SESSION - 1


@dataclass(frozen=True, slots=True)
class FlowIssue:
    """An error, and its location in the file."""

    location: tuple[str | int, ...]
    reason: str


def find_issues(tree: FlowTree) -> Iterator[FlowIssue]:
    """The issues that the first failing check finds: later checks rely on earlier ones."""
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
        yield FlowIssue(("root",), f"the root {tree.root!r} is not a node of this flow")
    elif not isinstance(root, DecisionNode):
        yield FlowIssue(("root",), f"the root {tree.root!r} must be a decision, not a {root.type}")


def check_targets(tree: FlowTree) -> Iterator[FlowIssue]:
    for node_id, node in tree.nodes.items():
        for location, target in next_node_ids(node).items():
            if target not in tree.nodes:
                yield FlowIssue(("nodes", node_id, *location), f"there is no node {target!r}")


def check_options(tree: FlowTree) -> Iterator[FlowIssue]:
    for node_id, node in tree.nodes.items():
        if not isinstance(node, DecisionNode):
            continue
        values = [option.value for option in node.options]
        for index, value in enumerate(values):
            if value in values[:index]:
                location = ("nodes", node_id, "options", index, "value")
                yield FlowIssue(location, f"the option {value!r} is a duplicate")


def check_cycles(tree: FlowTree) -> Iterator[FlowIssue]:
    leads_to = {node_id: list(next_node_ids(node).values()) for node_id, node in tree.nodes.items()}
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as error:
        node_ids = error.args[1][::-1]
        cycle = " -> ".join(node_ids)
        yield FlowIssue(("nodes", node_ids[0]), f"this cycle never reaches a solution: {cycle}")


def check_length_limit(tree: FlowTree) -> Iterator[FlowIssue]:
    @cache
    def steps_from(node_id: str) -> int:
        return 1 + max(map(steps_from, next_node_ids(tree.nodes[node_id]).values()), default=0)

    if steps_from(tree.root) > MAX_PATH_STEPS:
        yield FlowIssue(("root",), f"its longest path has more than {MAX_PATH_STEPS} steps")


def check_reachability(tree: FlowTree) -> Iterator[FlowIssue]:
    reached, ahead = set(), [tree.root]
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(next_node_ids(tree.nodes[node_id]).values())
    for node_id in sorted(tree.nodes.keys() - reached):
        yield FlowIssue(("nodes", node_id), f"the node {node_id!r} is unreachable")
