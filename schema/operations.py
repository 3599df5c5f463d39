"""The operations of a document, with what the library looks for anew each time it runs one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from schema.limits.errors import Refusal

#: Of mistakes in the values of variables; as many as the library tells by itself.
MISTAKES = 50
NO_VALUES = VariableValues({}, {})
UNNAMED = "There are several operations in this document: say by `operationName` which is meant."


@dataclass(frozen=True, slots=True)
class Operation:
    node: OperationDefinitionNode
    type: OperationType
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]

    def values(
        self, schema: GraphQLSchema, given: dict[str, Any] | None, *, hide_suggestions: bool
    ) -> VariableValues | list[GraphQLError]:
        """Of its variables; or what is wrong with those given."""
        wanted = self.node.variable_definitions
        if not wanted:
            return NO_VALUES
        return get_variable_values(schema, wanted, given or {}, MISTAKES, hide_suggestions)


def operations_in(document: DocumentNode) -> list[Operation]:
    """All of them, also those whose name is there twice."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    details = {name: FragmentDetails(node) for name, node in fragments.items()}
    return [
        Operation(node, OperationType(node.operation.value), fragments, details)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]


def by_name(operations: Sequence[Operation]) -> dict[str | None, Operation]:
    """Without a name the only one."""
    found: dict[str | None, Operation] = {}
    for operation in operations:
        name = operation.node.name
        found.setdefault(name.value if name else None, operation)
    if len(operations) == 1:
        found[None] = operations[0]
    return found


def fit(
    operations: Mapping[str | None, Operation],
    name: str | None,
    allowed: Collection[OperationType],
) -> Operation:
    """Raises Refusal where it is not said which is meant, and Strawberry's errors for one that is
    not there, or not for this transport."""
    # A client may send anything for a name.
    operation = operations.get(name or None) if isinstance(name, (str, type(None))) else None
    if operation is None and not name and operations:
        raise Refusal("BAD_REQUEST", UNNAMED)
    if operation is None:
        raise CannotGetOperationTypeError(name)
    if operation.type not in allowed:
        raise InvalidOperationTypeError(operation.type)
    return operation
