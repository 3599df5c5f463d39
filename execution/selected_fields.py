"""Look-ahead: which fields an operation selects beneath a field, so that no more is loaded."""

from collections.abc import Iterable, Iterator
from typing import Any

import strawberry
from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode

#: Attribute of a field node that caches its selections for as long as the document lives.
SELECTION_ATTRIBUTE = "_selected_fields"

FieldNames = frozenset[str]


def selected_fields(info: strawberry.Info[Any, Any], *path: str) -> FieldNames:
    """Names of the fields that are selected beneath the fields on the path.

    Includes those of every type condition, and those that `@skip` or `@include` leave out.
    """
    raw = info._raw_info
    [node, *others] = raw.field_nodes
    if others:
        return field_names(raw.field_nodes, path, raw.fragments)
    cache: dict[tuple[str, ...], FieldNames] = vars(node).setdefault(SELECTION_ATTRIBUTE, {})
    if path not in cache:
        cache[path] = field_names([node], path, raw.fragments)
    return cache[path]


def field_names(
    nodes: Iterable[FieldNode], path: tuple[str, ...], fragments: dict[str, Any]
) -> FieldNames:
    for name in path:
        nodes = [each for each in child_fields(nodes, fragments) if each.name.value == name]
    return frozenset(each.name.value for each in child_fields(nodes, fragments))


def child_fields(
    parents: Iterable[FieldNode | InlineFragmentNode | FragmentDefinitionNode],
    fragments: dict[str, FragmentDefinitionNode],
) -> Iterator[FieldNode]:
    """The fields beneath the parents, with those of their fragments."""
    for parent in parents:
        for each in parent.selection_set.selections if parent.selection_set else ():
            if isinstance(each, FieldNode):
                yield each
            elif isinstance(each, InlineFragmentNode):
                yield from child_fields([each], fragments)
            elif isinstance(each, FragmentSpreadNode):
                yield from child_fields([fragments[each.name.value]], fragments)
