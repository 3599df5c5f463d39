"""What a tree must hold beyond the shape of its nodes. Pure.

A tree may join its branches again but never go in a circle, so every way through it ends, and
only a solution is an end.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter

from services.flows.tree import Decision, Tree, ways_on
from services.limits import STEPS_IN_A_SESSION

#: The last step of a session is kept for saying that it is full.
LONGEST = STEPS_IN_A_SESSION - 1


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where in the file."""

    place: tuple[str | int, ...]
    reason: str


def faults(tree: Tree) -> Iterator[Fault]:
    """All faults of one kind at a time: a later check needs what an earlier one made sure."""
    for check in (root_fault, missing_nodes, repeated_options, circles, too_long, unreachable):
        found = list(check(tree))
        yield from found
        if found:
            return


def root_fault(tree: Tree) -> Iterator[Fault]:
    root = tree.nodes.get(tree.root)
    if root is None:
        yield Fault(("root",), f"the root {tree.root!r} is no node of this flow")
    elif not isinstance(root, Decision):
        yield Fault(("root",), f"the root {tree.root!r} must be a decision, not a {root.type}")


def missing_nodes(tree: Tree) -> Iterator[Fault]:
    for node_id, node in tree.nodes.items():
        for place, target in ways_on(node).items():
            if target not in tree.nodes:
                yield Fault(("nodes", node_id, *place), f"there is no node {target!r}")


def repeated_options(tree: Tree) -> Iterator[Fault]:
    for node_id, node in tree.nodes.items():
        if not isinstance(node, Decision):
            continue
        values = [option.value for option in node.options]
        for place, value in enumerate(values):
            if value in values[:place]:
                where = ("nodes", node_id, "options", place, "value")
                yield Fault(where, f"the option {value!r} is there twice")


def circles(tree: Tree) -> Iterator[Fault]:
    leads_to = {node_id: list(ways_on(node).values()) for node_id, node in tree.nodes.items()}
    try:
        TopologicalSorter(leads_to).prepare()
    except CycleError as circle:
        around = circle.args[1][::-1]
        way = " -> ".join(around)
        yield Fault(("nodes", around[0]), f"this way never reaches a solution: {way}")


def too_long(tree: Tree) -> Iterator[Fault]:
    @cache
    def steps_from(node_id: str) -> int:
        return 1 + max(map(steps_from, ways_on(tree.nodes[node_id]).values()), default=0)

    if steps_from(tree.root) > LONGEST:
        yield Fault(("root",), f"its longest way has more than {LONGEST} steps")


def unreachable(tree: Tree) -> Iterator[Fault]:
    reached, ahead = set(), [tree.root]
    while ahead:
        node_id = ahead.pop()
        if node_id not in reached:
            reached.add(node_id)
            ahead.extend(ways_on(tree.nodes[node_id]).values())
    for node_id in sorted(tree.nodes.keys() - reached):
        yield Fault(("nodes", node_id), f"nothing leads to the node {node_id!r}")
