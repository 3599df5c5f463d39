"""Serialization of scalars and enums: an expression for ordinary values, the library for others."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from orjson import dumps
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.scalars import JSON
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY

Leaf = GraphQLScalarType | GraphQLEnumType
#: (prefix, value) -> a name for the value in generated code.
NameValue = Callable[[str, Any], str]


class FallBackToLibrary(Exception):
    """Generated code does not handle this value; graphql-core completes it."""


def value_expression(
    type_: Leaf, value: str, name: NameValue, *, keeps_datetimes: bool = False
) -> str:
    """The source that serializes a non-null value, held by the variable `value`.

    The expression may raise any exception where something is wrong. The library then completes
    the value again, and reports the error.
    """
    otherwise = f"{name('L', library_coercer(type_))}({value})"
    if isinstance(type_, GraphQLEnumType):
        return enum_expression(type_, value, name, otherwise)
    if (check := TYPE_CHECKS.get(id(type_))) is not None:
        return f"({value} if {check.format(value)} else {otherwise})"
    if type_.coerce_output_value is DateTimeDefinition.serialize:
        is_utc = f"type({value}) is {name('C', datetime)} and {value}.tzinfo is {name('Z', UTC)}"
        written = value if keeps_datetimes else f"{name('D', format_datetime)}({value})"
        return f"({written} if {is_utc} else {otherwise})"
    if type_.coerce_output_value is DEFAULT_SCALAR_REGISTRY[JSON].serialize:
        return f"({value} if type({value}) in {name('J', JSON_TYPES)} else {otherwise})"
    return otherwise


def enum_expression(type_: GraphQLEnumType, value: str, name: NameValue, otherwise: str) -> str:
    names = enum_names(type_)
    if not names:
        return otherwise
    owner = name("C", type(next(iter(names))))
    is_member_name = all(member._name_ == word for member, word in names.items())
    word = f"{value}._name_" if is_member_name else f"{name('E', names)}[{value}]"
    return f"({word} if type({value}) is {owner} else {otherwise})"


#: By `id()` of the scalar: the condition on which a value is its own serialization.
TYPE_CHECKS = {
    id(GraphQLString): "type({0}) is str",
    id(GraphQLID): "type({0}) is str",
    id(GraphQLInt): f"type({{0}}) is int and {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT}",
    # False for infinities and NaN: their difference with themselves is NaN.
    id(GraphQLFloat): "type({0}) is float and {0} - {0} == 0.0",
    id(GraphQLBoolean): "({0} is True or {0} is False)",
}

JSON_TYPES = frozenset({dict, list, str, int, float, bool})


def format_datetime(value: datetime) -> str:
    """`isoformat` in a fourth of its time, for datetimes in UTC."""
    return dumps(value)[1:-1].decode()


def enum_names(type_: GraphQLEnumType) -> dict[Enum, str]:
    """The members of the Python enum that the library serializes, and their GraphQL names."""
    members: type[Enum] | None = getattr(type_, "wrapped_cls", None)
    names: dict[Enum, str] = {}
    for member in members or ():
        try:
            names[member] = type_.coerce_output_value(member)
        except Exception:  # noqa: S112 - the library reports it where the value occurs
            continue
    return {member: name for member, name in names.items() if type(member) is members}


def library_coercer(type_: Leaf) -> Callable[[Any], Any]:
    """Serializes by graphql-core. Raises FallBackToLibrary where the result is not a value."""
    coerce = type_.coerce_output_value

    def serialize(value: Any) -> Any:
        if isinstance(value, Exception) or is_awaitable(value):
            raise FallBackToLibrary
        serialized = coerce(value)
        if serialized is None or serialized is Undefined:
            raise FallBackToLibrary
        return serialized

    return serialize
