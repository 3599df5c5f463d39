"""One pass over a document, each fragment looked at once however often it is spread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
)

from execution.limits.list_sizes import list_size, page_arguments


class Complexity(NamedTuple):
    """What is beneath a place of a document, with all fragments put in."""

    #: At this place itself.
    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    #: Fields the answer may have, each item of a list counted.
    cost: int = 0

    def plus(self, other: Complexity) -> Complexity:
        return Complexity(
            self.fields + other.fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.cost + other.cost,
        )

    def with_own(self, node: Any) -> Complexity:
        """With what stands at a node itself."""
        if not node.directives:
            return self
        return self._replace(directives=self.directives + len(node.directives))


NOTHING = Complexity()


class ComplexityVisitor:
    """Measures the operations of one document, which need not be valid.

    What it knows of fragments it keeps from one operation to the next: with page sizes from
    variables, the cost is that of the first operation alone.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._known: dict[str, Complexity] = {}
        self._defaults: dict[str, int] = {}
        #: Of which another value could give another cost. They only become more: what is known of
        #: a fragment is not looked at again.
        self._sizing: set[str] = set()

    def measure_operation(self, node: OperationDefinitionNode) -> Complexity:
        self._defaults = {
            definition.variable.name.value: int(definition.default_value.value[:10])
            for definition in node.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode)
        }
        root = self._schema.get_root_type(node.operation)
        return self._selections(node.selection_set, root).with_own(node)

    @property
    def page_size_variables(self) -> dict[str, int | None]:
        """The variables that the cost of the last operation may depend on, and their defaults."""
        return {name: self._defaults.get(name) for name in self._sizing}

    def _selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None) -> Complexity:
        total = NOTHING
        for selection in node.selections:
            total = total.plus(self._selection(selection, parent).with_own(selection))
        return total

    def _selection(self, node: SelectionNode, parent: GraphQLNamedType | None) -> Complexity:
        match node:
            case FieldNode():
                return self._field(node, parent)
            case FragmentSpreadNode():
                return self._fragment(node.name.value)
            case InlineFragmentNode(type_condition=condition):
                on = self._schema.get_type(condition.name.value) if condition else parent
                return self._selections(node.selection_set, on)
        return NOTHING

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Complexity:
        aliases = 1 if node.alias else 0
        field = self._definition(node, parent)
        if node.selection_set is None:
            return Complexity(1, 1, aliases, 0, 1)
        inner = self._selections(node.selection_set, get_named_type(field.type) if field else None)
        items = (
            list_size(parent, node.name.value, field, self._asked(node)) if parent and field else 1
        )
        return Complexity(
            1, inner.depth + 1, inner.aliases + aliases, inner.directives, 1 + items * inner.cost
        )

    def _definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> Any:
        if parent is None or not is_composite_type(parent):
            return None
        return self._schema.get_field(parent, node.name.value)

    def _fragment(self, name: str) -> Complexity:
        if name not in self._known:
            # Found again while it is measured, it goes in a circle, which validation refuses.
            self._known[name] = NOTHING
            if node := self._fragments.get(name):
                on = self._schema.get_type(node.type_condition.name.value)
                self._known[name] = self._selections(node.selection_set, on).with_own(node)
        return self._known[name]

    def _asked(self, node: FieldNode) -> dict[str, Any]:
        asked: dict[str, Any] = {}
        for argument, value in page_arguments(node).items():
            if isinstance(value, str):
                self._sizing.add(value)
                asked[argument] = self._variables.get(value, self._defaults.get(value))
            else:
                asked[argument] = value
        return asked
