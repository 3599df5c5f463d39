"""What runs operations, made in half of the time that the library's constructors take to pass on to
each other what is the same each time."""

from functools import partial
from typing import Any

from graphql import GraphQLSchema, default_field_resolver, default_type_resolver, parse
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import RefMap
from strawberry.execution import optimized_is_awaitable

from execution.operations import NO_VARIABLES, ExecutableOperation, list_operations
from execution.shared_subscriptions import SharedExecutor

#: What an executor begins with empty, and has for itself.
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
    def __init__(self, schema: GraphQLSchema, *, hide_suggestions: bool) -> None:
        self._construct = partial(
            construct_executor, schema=schema, hide_suggestions=hide_suggestions
        )
        said = executor_arguments(SAMPLE_OPERATION, NO_VARIABLES)
        first = [each for each in vars(self._construct(**said)).items() if each[0] not in said]
        self._same = {name: value for name, value in first if not isinstance(value, MUTABLE_STATE)}
        self._own = [
            (name, type(value)) for name, value in first if isinstance(value, MUTABLE_STATE)
        ]

    def create(self, operation: ExecutableOperation, *said: Any) -> SharedExecutor:
        """`said` is as in `said_of`."""
        what = executor_arguments(operation, *said)
        if operation.node.directives:
            # They may say how it is to run.
            return self._construct(**what)
        executor = object.__new__(SharedExecutor)
        state = vars(executor)
        state.update(self._same)
        for name, kind in self._own:
            state[name] = kind()
        state.update(what)
        return executor


def executor_arguments(
    operation: ExecutableOperation,
    values: Any,
    root: Any = None,
    context: Any = None,
    extensions: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The constructor's names for it, and those of the attributes."""
    return {
        "operation": operation.node,
        "fragment_definitions": operation.fragment_definitions,
        "fragments": operation.fragments,
        "variable_values": values,
        "root_value": root,
        "context_value": context,
        "operation_extensions": extensions,
    }
