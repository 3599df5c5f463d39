"""The operations of a document, with its fragments in the form that executors take."""

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

#: Reported errors in the values of variables; the default of graphql-core.
MAX_VARIABLE_ERRORS = 50
NO_VARIABLES = VariableValues({}, {})


class OperationNameRequired(CannotGetOperationTypeError):
    """Strawberry would run the first of several operations. The specification forbids it."""

    def __init__(self) -> None:
        super().__init__(None)

    def as_http_error_reason(self) -> str:
        return "The document contains several operations: select one of them with `operationName`."


@dataclass(frozen=True, slots=True)
class ExecutableOperation:
    node: OperationDefinitionNode
    type: OperationType
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    def coerce_variables(
        self, schema: GraphQLSchema, given: dict[str, Any] | None, *, hide_suggestions: bool
    ) -> VariableValues | list[GraphQLError]:
        """The values of the variables, or the errors in them."""
        definitions = self.node.variable_definitions
        if not definitions:
            return NO_VARIABLES
        return get_variable_values(
            schema, definitions, given or {}, MAX_VARIABLE_ERRORS, hide_suggestions
        )


def list_operations(document: DocumentNode) -> list[ExecutableOperation]:
    """All operations, including several of one name."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    details = {name: FragmentDetails(node) for name, node in fragments.items()}
    return [
        ExecutableOperation(node, OperationType(node.operation.value), fragments, details)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
    ]


def index_operations(
    operations: Sequence[ExecutableOperation],
) -> dict[str | None, ExecutableOperation]:
    """By name. A single operation is also found without a name."""
    index: dict[str | None, ExecutableOperation] = {each.name: each for each in operations}
    if len(operations) == 1:
        index[None] = operations[0]
    return index


def select_operation(
    operations: Mapping[str | None, ExecutableOperation],
    name: str | None,
    allowed: Collection[OperationType],
) -> ExecutableOperation:
    """Raises Strawberry's errors for a missing operation, or a type that is not allowed here."""
    # Clients may send any value as a name. GraphQL over HTTP treats an empty one as none.
    named = None if name == "" else name
    operation = operations.get(named) if isinstance(named, (str, type(None))) else None
    if operation is None:
        raise OperationNameRequired if named is None else CannotGetOperationTypeError(named)
    if operation.type not in allowed:
        raise InvalidOperationTypeError(operation.type)
    return operation
