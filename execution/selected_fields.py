"""What an operation asks for beneath a field, so that no more is read than that."""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode, SelectionSetNode

from schema.context import Info

#: Where it is noted once it is known: on the field itself, which is forgotten with its document.
SELECTION_ATTRIBUTE = "_asked"

FieldNames = frozenset[str]


def selected_fields(info: Info, *path: str) -> FieldNames:
    """The names of the fields beneath those on the path, of whichever type they are, and whether
    or not a directive leaves them out."""
    raw = info._raw_info
    [node, *others] = raw.field_nodes
    if others:
        return field_names(raw.field_nodes, path, raw.fragments)
    notes: dict[tuple[str, ...], FieldNames] = vars(node).setdefault(SELECTION_ATTRIBUTE, {})
    if path not in notes:
        notes[path] = field_names([node], path, raw.fragments)
    return notes[path]


def field_names(
    nodes: Iterable[FieldNode], path: tuple[str, ...], fragments: dict[str, Any]
) -> FieldNames:
    for name in path:
        nodes = [each for each in child_fields(nodes, fragments) if each.name.value == name]
    return frozenset(each.name.value for each in child_fields(nodes, fragments))


def child_fields(nodes: Iterable[FieldNode], fragments: dict[str, Any]) -> Iterator[FieldNode]:
    for node in nodes:
        if node.selection_set:
            yield from flatten_selections(node.selection_set, fragments)


def flatten_selections(
    selections: SelectionSetNode, fragments: dict[str, Any]
) -> Iterator[FieldNode]:
    for each in selections.selections:
        if isinstance(each, FieldNode):
            yield each
        elif isinstance(each, InlineFragmentNode):
            yield from flatten_selections(each.selection_set, fragments)
        elif isinstance(each, FragmentSpreadNode):
            yield from flatten_selections(fragments[each.name.value].selection_set, fragments)
