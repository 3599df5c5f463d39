"""Objects without an id live in the cache below their parent: a later query replaces them. One that
asks for less would take from the page what it shows of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    parse,
)

from tests.console.operation_sources import operations
from tests.server_process import PROJECT

SCHEMA = build_schema((PROJECT / "schema" / "schema.graphql").read_text())
#: The cache keeps the pages of each list apart, and the roots are no objects.
APART = ("Connection", "Edge", "PageInfo")
ROOTS = ("Query", "Mutation", "Subscription")

Selection = tuple[SelectionSetNode, GraphQLNamedType]


class Operation:
    """One operation, with its fragments, as the cache stores its objects."""

    def __init__(self, text: str) -> None:
        definitions = parse(text).definitions
        self.fragments = {
            each.name.value: each
            for each in definitions
            if isinstance(each, FragmentDefinitionNode)
        }
        [self.root] = [each for each in definitions if isinstance(each, OperationDefinitionNode)]

    def objects_without_id(self) -> Iterator[tuple[str, frozenset[str]]]:
        """By the field that has them, with the fields that are selected of them."""
        root = SCHEMA.get_root_type(self.root.operation)
        yield from self._walk([(self.root.selection_set, root)])

    def _walk(self, selections: Iterable[Selection]) -> Iterator[tuple[str, frozenset[str]]]:
        below: dict[str, list[Selection]] = defaultdict(list)
        parents: dict[str, str] = {}
        for field, parent in self._fields(selections):
            if field.selection_set:
                type_ = get_named_type(parent.fields[field.name.value].type)
                below[field.name.value].append((field.selection_set, type_))
                parents[field.name.value] = parent.name
        for name, inner in below.items():
            type_ = inner[0][1]
            is_kept = "id" not in getattr(type_, "fields", {}) and parents[name] not in ROOTS
            if is_kept and not type_.name.endswith(APART):
                names = {field.name.value for field, _ in self._fields(inner)}
                yield f"{name}: {type_.name}", frozenset(names)
            yield from self._walk(inner)

    def _fields(
        self, selections: Iterable[Selection]
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType]]:
        for selected, type_ in selections:
            for node in selected.selections:
                if isinstance(node, FieldNode):
                    if node.name.value != "__typename":
                        yield node, type_
                    continue
                found = (
                    self.fragments[node.name.value]
                    if isinstance(node, FragmentSpreadNode)
                    else node
                )
                condition = found.type_condition
                inner = SCHEMA.get_type(condition.name.value) if condition else type_
                yield from self._fields([(found.selection_set, inner)])


def selected_by_operation() -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for name, text in operations().items():
        for field, names in Operation(text).objects_without_id():
            found[field][name] = names
    return found


SELECTED = selected_by_operation()


def test_such_objects_are_found():
    assert "options: StepOption" in SELECTED
    assert len(SELECTED["options: StepOption"]) > 1


@pytest.mark.parametrize("field", SELECTED)
def test_every_operation_asks_for_all_of_an_object_without_id(field):
    asked = SELECTED[field]
    assert len(set(asked.values())) == 1, {name: sorted(each) for name, each in asked.items()}
