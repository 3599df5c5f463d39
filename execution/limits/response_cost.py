"""Counts the fields of a response, as `complexity` estimates them before the execution."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionSetNode,
)

Fragments = Mapping[str, FragmentDefinitionNode]


def count_fields(data: Any, selection: SelectionSetNode, fragments: Fragments) -> int:
    """The number of fields in the data of a valid operation; what is within a scalar is none."""
    return count_level(objects_in(data), [selection], fragments)


def count_level(
    objects: Iterable[dict[str, Any]], selections: list[SelectionSetNode], fragments: Fragments
) -> int:
    """The fields of objects that have the same selections, and of all beneath them."""
    objects = list(objects)
    if not objects:
        return 0
    total = sum(map(len, objects))
    nested: dict[str, list[SelectionSetNode]] = {}
    for field in fields_in(selections, fragments):
        if field.selection_set is not None:
            key = (field.alias or field.name).value
            nested.setdefault(key, []).append(field.selection_set)
    for key, inner in nested.items():
        beneath = (each for parent in objects for each in objects_in(parent.get(key)))
        total += count_level(beneath, inner, fragments)
    return total


def objects_in(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a value, which may be a list of lists of them."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from objects_in(item)


def fields_in(selections: Iterable[SelectionSetNode], fragments: Fragments) -> Iterator[FieldNode]:
    """The fields of selections and of their fragments, whatever type these are for."""
    for selection_set in selections:
        for selection in selection_set.selections:
            match selection:
                case FieldNode():
                    yield selection
                case InlineFragmentNode():
                    yield from fields_in([selection.selection_set], fragments)
                case FragmentSpreadNode():
                    fragment = fragments[selection.name.value]
                    yield from fields_in([fragment.selection_set], fragments)
