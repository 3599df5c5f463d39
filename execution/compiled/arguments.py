"""The arguments of a field at one position of an operation, in the form that graphql-core gives."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    VariableNode,
    Visitor,
    get_argument_values,
    visit,
)
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

ArgumentCoercer = Callable[[Executor], dict[str, Any]]

#: Only values of these types are shared between executions.
IMMUTABLE_TYPES = (str, int, float, bool, type(None), enum.Enum)


def argument_coercer(definition: GraphQLField, node: FieldNode) -> ArgumentCoercer:
    """Coerces arguments without variables once, and the others for each execution."""
    fixed: dict[str, Any] = {}
    others: dict[str, GraphQLArgument] = {}
    for name, argument in definition.args.items():
        constant = None if has_variables(node, name) else constant_arguments(definition, node, name)
        if constant is None:
            others[name] = argument
        else:
            fixed |= constant
    if not others:
        return lambda executor: fixed
    changing = GraphQLField(definition.type, others)

    def coerce(executor: Executor) -> dict[str, Any]:
        values = get_argument_values(
            changing, node, executor.variable_values, None, executor.hide_suggestions
        )
        return {**fixed, **values}

    return coerce


def constant_arguments(
    definition: GraphQLField, node: FieldNode, name: str
) -> dict[str, Any] | None:
    """The value of one argument; None if it is invalid, which each execution reports."""
    alone = GraphQLField(definition.type, {name: definition.args[name]})
    try:
        values = get_argument_values(alone, node)
    except GraphQLError:
        return None
    return values if all(isinstance(v, IMMUTABLE_TYPES) for v in values.values()) else None


class VariableFinder(Visitor):
    is_found = False

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        self.is_found = True


def has_variables(node: FieldNode, name: str) -> bool:
    finder = VariableFinder()
    for argument in node.arguments or ():
        if argument.name.value == name:
            visit(argument, finder)
    return finder.is_found
