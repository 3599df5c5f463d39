"""Creates executors in half the time of the library's constructors.

Their three levels pass on many arguments that are the same for each operation of a schema.
`Schema.execute` takes 8 µs instead of 11 for the smallest query, see
`benchmarks/compiled_execution.py`.
"""

from functools import partial
from typing import Any

from graphql import GraphQLSchema, default_field_resolver, default_type_resolver, parse
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import RefMap
from strawberry.execution import optimized_is_awaitable

from execution.operations import NO_VARIABLES, ExecutableOperation, list_operations
from execution.shared_subscriptions import SharedExecutor

#: Types of the attributes that are empty at first and belong to one executor alone.
MUTABLE_STATE = (CollectedErrors, RefMap, dict, list, set)
[SAMPLE_OPERATION] = list_operations(parse("{ __typename }"))

construct_executor = partial(
    SharedExecutor,
    field_resolver=default_field_resolver,
    type_resolver=default_type_resolver,
    subscribe_field_resolver=default_field_resolver,
    is_awaitable=optimized_is_awaitable,
)


class ExecutorFactory:
    """Copies the attributes of a sample executor that the constructor has made."""

    def __init__(self, schema: GraphQLSchema, *, hide_suggestions: bool) -> None:
        self._construct = partial(
            construct_executor, schema=schema, hide_suggestions=hide_suggestions
        )
        arguments = executor_arguments(SAMPLE_OPERATION, NO_VARIABLES)
        sample = vars(self._construct(**arguments))
        state = {name: value for name, value in sample.items() if name not in arguments}
        self._shared = {k: v for k, v in state.items() if not isinstance(v, MUTABLE_STATE)}
        self._own = [(k, type(v)) for k, v in state.items() if isinstance(v, MUTABLE_STATE)]

    def create(self, operation: ExecutableOperation, *arguments: Any) -> SharedExecutor:
        """`arguments` are those of `executor_arguments`, after the operation."""
        attributes = executor_arguments(operation, *arguments)
        if operation.node.directives:
            # Directives of the operation may change how the constructor sets up the executor.
            return self._construct(**attributes)
        executor = object.__new__(SharedExecutor)
        state = vars(executor)
        state.update(self._shared)
        for name, type_ in self._own:
            state[name] = type_()
        state.update(attributes)
        return executor


def executor_arguments(
    operation: ExecutableOperation,
    values: Any,
    root: Any = None,
    context: Any = None,
    extensions: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Arguments of the constructor, which are also the names of the attributes."""
    return {
        "operation": operation.node,
        "fragment_definitions": operation.fragment_definitions,
        "fragments": operation.fragments,
        "variable_values": values,
        "root_value": root,
        "context_value": context,
        "operation_extensions": extensions,
    }
