"""What runs operations, made in half of the time that the library's constructors take to pass on to
each other what is the same each time."""

from functools import partial
from typing import Any

from graphql import GraphQLSchema, default_field_resolver, default_type_resolver, parse
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import RefMap
from strawberry.execution import optimized_is_awaitable

from execution.operations import NO_VALUES, Operation, operations_in
from execution.shared_subscriptions import Executor

#: What an executor begins with empty, and has for itself.
STATE = (CollectedErrors, RefMap, dict, list, set)
[ANY] = operations_in(parse("{ __typename }"))

construct = partial(
    Executor,
    field_resolver=default_field_resolver,
    type_resolver=default_type_resolver,
    subscribe_field_resolver=default_field_resolver,
    is_awaitable=optimized_is_awaitable,
)


class Executors:
    def __init__(self, schema: GraphQLSchema, *, hide_suggestions: bool) -> None:
        self._construct = partial(construct, schema=schema, hide_suggestions=hide_suggestions)
        said = said_of(ANY, NO_VALUES)
        first = [each for each in vars(self._construct(**said)).items() if each[0] not in said]
        self._same = {name: value for name, value in first if not isinstance(value, STATE)}
        self._own = [(name, type(value)) for name, value in first if isinstance(value, STATE)]

    def of(self, operation: Operation, *said: Any) -> Executor:
        """`said` is as in `said_of`."""
        what = said_of(operation, *said)
        if operation.node.directives:
            # They may say how it is to run.
            return self._construct(**what)
        executor = object.__new__(Executor)
        state = vars(executor)
        state.update(self._same)
        for name, kind in self._own:
            state[name] = kind()
        state.update(what)
        return executor


def said_of(
    operation: Operation,
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
