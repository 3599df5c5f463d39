"""Query complexity in one pass: each fragment is measured once, however often it is spread."""

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
from execution.limits.operation_limits import DEFAULT_LIMITS, PageLimits


class Complexity(NamedTuple):
    """The size of a selection with all fragments expanded."""

    #: Of the selection itself, without nested ones.
    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    #: Number of fields that the response may have; the fields of a list count once per item.
    cost: int = 0

    def plus(self, other: Complexity) -> Complexity:
        return Complexity(
            self.fields + other.fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.cost + other.cost,
        )

    def with_directives_of(self, node: Any) -> Complexity:
        if not node.directives:
            return self
        return self._replace(directives=self.directives + len(node.directives))


ZERO = Complexity()


class ComplexityVisitor:
    """Measures the operations of one document, which need not be valid.

    Fragments are cached across operations. If variables give the page sizes, the cost is right for
    the first measured operation only.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        variables: Mapping[str, Any],
        pages: PageLimits = DEFAULT_LIMITS.pages,
    ) -> None:
        self._schema = schema
        self._variables = variables
        self._pages = pages
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Complexity] = {}
        self._defaults: dict[str, int] = {}
        #: Variables that give page sizes. The set only grows, because a fragment is visited once.
        self._size_variables: set[str] = set()

    def measure_operation(self, node: OperationDefinitionNode) -> Complexity:
        self._defaults = {
            definition.variable.name.value: int(definition.default_value.value[:10])
            for definition in node.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode)
        }
        root = self._schema.get_root_type(node.operation)
        return self._selections(node.selection_set, root).with_directives_of(node)

    @property
    def page_size_variables(self) -> dict[str, int | None]:
        """Variables that the cost of the last operation may depend on, and their defaults."""
        return {name: self._defaults.get(name) for name in self._size_variables}

    def _selections(self, node: SelectionSetNode, parent: GraphQLNamedType | None) -> Complexity:
        total = ZERO
        for selection in node.selections:
            total = total.plus(self._selection(selection, parent).with_directives_of(selection))
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
        return ZERO

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None) -> Complexity:
        aliases = 1 if node.alias else 0
        field = self._definition(node, parent)
        if node.selection_set is None:
            return Complexity(1, 1, aliases, 0, 1)
        inner = self._selections(node.selection_set, get_named_type(field.type) if field else None)
        items = self._items(node, parent, field) if parent and field else 1
        return Complexity(
            1, inner.depth + 1, inner.aliases + aliases, inner.directives, 1 + items * inner.cost
        )

    def _definition(self, node: FieldNode, parent: GraphQLNamedType | None) -> Any:
        if parent is None or not is_composite_type(parent):
            return None
        return self._schema.get_field(parent, node.name.value)

    def _fragment(self, name: str) -> Complexity:
        if name not in self._measured:
            # Visited again within itself, it is a cycle, which validation rejects.
            self._measured[name] = ZERO
            if node := self._fragments.get(name):
                on = self._schema.get_type(node.type_condition.name.value)
                self._measured[name] = self._selections(node.selection_set, on).with_directives_of(
                    node
                )
        return self._measured[name]

    def _items(self, node: FieldNode, parent: GraphQLNamedType, field: Any) -> int:
        arguments = page_arguments(node, self._page_size_of_variable)
        return list_size(parent, node.name.value, field, arguments, self._pages)

    def _page_size_of_variable(self, name: str) -> Any:
        self._size_variables.add(name)
        return self._variables.get(name, self._defaults.get(name))
