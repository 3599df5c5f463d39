"""Query complexity in one pass: each fragment is measured once, however often it is spread."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
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

from execution.limits.list_sizes import list_size, size_arguments
from execution.limits.operation_limits import DEFAULT_LIMITS, PageLimits
from execution.limits.value_sizes import FRAME_BYTES, declared_size, value_size


class Complexity(NamedTuple):
    """The size of a selection with all fragments expanded."""

    #: Of the selection itself, without nested ones.
    fields: int = 0
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    #: Number of fields that the response may have; the fields of a list count once per item.
    cost: int = 0
    #: Largest size of the response, see `value_sizes`.
    bytes: int = 0

    def plus(self, other: Complexity) -> Complexity:
        return Complexity(
            self.fields + other.fields,
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.cost + other.cost,
            self.bytes + other.bytes,
        )

    def with_directives_of(self, node: Any) -> Complexity:
        if not node.directives:
            return self
        return self._replace(directives=self.directives + len(node.directives))


ZERO = Complexity()


class SizeVariable(NamedTuple):
    """A variable that gives the size of a page, or the length of a text."""

    default: int | None
    #: Larger values have the same effect.
    maximum: int


class ComplexityVisitor:
    """Measures the operations of one document, which need not be valid.

    Fragments are cached across operations. If variables give the sizes, the cost is right for the
    first measured operation only.
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
        #: Variables that give sizes, and their largest useful values. Their number only grows,
        #: because a fragment is visited once.
        self._size_variables: dict[str, int] = {}

    def measure_operation(self, node: OperationDefinitionNode) -> Complexity:
        self._defaults = {
            definition.variable.name.value: int(definition.default_value.value[:10])
            for definition in node.variable_definitions or ()
            if isinstance(definition.default_value, IntValueNode)
        }
        root = self._schema.get_root_type(node.operation)
        return self._selections(node.selection_set, root).with_directives_of(node)

    @property
    def size_variables(self) -> dict[str, SizeVariable]:
        """Variables that the cost of the last operation may depend on."""
        return {
            name: SizeVariable(self._defaults.get(name), maximum)
            for name, maximum in self._size_variables.items()
        }

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
        frame = FRAME_BYTES + len((node.alias or node.name).value)
        if node.selection_set is None:
            return Complexity(1, 1, aliases, 0, 1, frame + self._value_size(node, field))
        inner = self._selections(node.selection_set, get_named_type(field.type) if field else None)
        items = self._items(node, parent, field) if parent and field else 1
        return Complexity(
            1,
            inner.depth + 1,
            inner.aliases + aliases,
            inner.directives,
            1 + items * inner.cost,
            frame + items * (inner.bytes + FRAME_BYTES),
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
        arguments = size_arguments(node, partial(self._value_of_variable, self._pages.maximum))
        return list_size(parent, node.name.value, field, arguments, self._pages)

    def _value_size(self, node: FieldNode, field: Any) -> int:
        if not node.arguments or field is None:
            return value_size(field, {})
        lookup = partial(self._value_of_variable, declared_size(field))
        return value_size(field, size_arguments(node, lookup))

    def _value_of_variable(self, maximum: int, name: str) -> Any:
        self._size_variables[name] = max(maximum, self._size_variables.get(name, 0))
        return self._variables.get(name, self._defaults.get(name))
