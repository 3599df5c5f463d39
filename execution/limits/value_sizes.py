"""Estimates how many bytes the value of a field takes in a response, before it is executed.

The unit is a byte of ordinary text. Other alphabets take up to four bytes per character, and an
escaped character six: what a response really takes is checked when it is there.
"""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLEnumType, GraphQLField, GraphQLList, get_named_type, get_nullable_type
from strawberry.types.field import StrawberryField

from execution.field_metadata import MAX_BYTES, MAX_ITEMS
from execution.limits.list_sizes import DEFAULT_ITEMS, DEFINITION, clamp_size

#: Quotation marks, colon, comma and braces around a value and its name.
FRAME_BYTES = 6
#: Values of scalars, by the name of the type.
SCALAR_BYTES = {"ID": 100, "Int": 11, "Float": 24, "Boolean": 5, "DateTime": 34, "JSON": 4_000}
ENUM_BYTES = 30
#: A text without `MAX_BYTES`, such as a name or a title.
TEXT_BYTES = 255

#: The argument by which a client has a text cut.
LENGTH_ARGUMENT = "first"


def value_size(field: GraphQLField | None, arguments: Mapping[str, Any]) -> int:
    """Bytes of the value of a field without selections.

    `arguments` holds the value of `LENGTH_ARGUMENT`, if it is a number.
    """
    if field is None:
        return TEXT_BYTES
    largest = declared_size(field)
    if LENGTH_ARGUMENT not in field.args:
        return largest
    return clamp_size(arguments.get(LENGTH_ARGUMENT), largest) or largest


def declared_size(field: GraphQLField) -> int:
    """`MAX_BYTES` of a field, else an estimate by its type."""
    definition = field.extensions.get(DEFINITION)
    metadata = definition.metadata if isinstance(definition, StrawberryField) else {}
    if (declared := metadata.get(MAX_BYTES)) is not None:
        return int(declared)
    named = get_named_type(field.type)
    size = ENUM_BYTES if isinstance(named, GraphQLEnumType) else SCALAR_BYTES.get(named.name)
    if isinstance(get_nullable_type(field.type), GraphQLList):
        return (size or TEXT_BYTES) * int(metadata.get(MAX_ITEMS, DEFAULT_ITEMS))
    return size or TEXT_BYTES
