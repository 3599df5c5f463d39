"""Estimates how many items a field returns, before it is executed."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    IntValueNode,
    VariableNode,
    get_nullable_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from execution.field_metadata import MAX_ITEMS
from execution.limits.operation_limits import PageLimits

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

#: Items of a list that has neither pages nor `MAX_ITEMS` in its metadata.
DEFAULT_ITEMS = 5
#: Items of a list of the introspection schema: most fields have no argument, most types no
#: interface.
INTROSPECTION_ITEMS = 1
#: Items of `__schema.types`, the only long list of introspection that clients select in depth. Few
#: of its types wrap another one, and none as deeply as clients select.
INTROSPECTION_TYPES = 50

PAGE_ARGUMENTS = ("first", "last")


def list_size(
    parent: GraphQLNamedType,
    name: str,
    field: GraphQLField,
    arguments: Mapping[str, Any],
    pages: PageLimits,
) -> int:
    """Number of items of `field`; `arguments` holds the page arguments that have a value."""
    if any(argument in field.args for argument in PAGE_ARGUMENTS):
        return page_size(field, arguments, pages)
    is_list = isinstance(get_nullable_type(field.type), GraphQLList)
    if not is_list or parent.name.endswith("Connection"):
        # The page size counts at the field that returns the connection, for everything beneath it.
        return 1
    if parent.name.startswith("__"):
        return INTROSPECTION_TYPES if name == "types" else INTROSPECTION_ITEMS
    definition = field.extensions.get(DEFINITION)
    if not isinstance(definition, StrawberryField):
        return DEFAULT_ITEMS
    return int(definition.metadata.get(MAX_ITEMS, DEFAULT_ITEMS))


def page_size(field: GraphQLField, arguments: Mapping[str, Any], pages: PageLimits) -> int:
    sizes = [clamp_size(arguments.get(name), pages.maximum) for name in PAGE_ARGUMENTS]
    default = field.args["first"].default_value if "first" in field.args else None
    return max(filter(None, sizes), default=clamp_size(default, pages.maximum) or pages.default)


def clamp_size(value: Any, maximum: int) -> int | None:
    """The number of items or characters that an argument selects; None if it is no whole number."""
    if isinstance(value, float) and value.is_integer():
        # JSON has one number type, and graphql-core coerces 100.0 to 100.
        value = int(value)
    return max(min(value, maximum), 1) if isinstance(value, int) else None


def size_arguments(node: FieldNode, value_of_variable: Callable[[str], Any]) -> Mapping[str, Any]:
    """Arguments of a field that give sizes: numbers in the document, or values of variables."""
    found: dict[str, Any] = {}
    for argument in node.arguments or ():
        if argument.name.value not in PAGE_ARGUMENTS:
            continue
        match argument.value:
            case IntValueNode(value=digits):
                # No page size has more digits, and Python refuses to parse very long numbers.
                found[argument.name.value] = int(digits[:10])
            case VariableNode(name=variable):
                found[argument.name.value] = value_of_variable(variable.value)
    return found
