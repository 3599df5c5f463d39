"""Scalars and enumerations: an expression for the values that are usual, and the library's own
word for all others."""

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
from strawberry.execution import optimized_is_awaitable as awaits
from strawberry.scalars import JSON
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY

Leaf = GraphQLScalarType | GraphQLEnumType
#: Gives a value a name that generated code can use.
NameValue = Callable[[str, Any], str]


class FallBackToLibrary(Exception):
    """A value that the library has to see."""


def value_expression(
    type_: Leaf, value: str, name: NameValue, *, keeps_datetimes: bool = False
) -> str:
    """Of a value that is not null, by the name of a variable. Raises whatever it likes where
    something is wrong: the library then says what."""
    otherwise = f"{name('L', library_coercer(type_))}({value})"
    if isinstance(type_, GraphQLEnumType):
        usual = enum_names(type_)
        if not usual:
            return otherwise
        owner = name("C", type(next(iter(usual))))
        is_named_alike = all(member._name_ == word for member, word in usual.items())
        word = f"{value}._name_" if is_named_alike else f"{name('E', usual)}[{value}]"
        return f"({word} if type({value}) is {owner} else {otherwise})"
    if (test := TYPE_CHECKS.get(id(type_))) is not None:
        return f"({value} if {test.format(value)} else {otherwise})"
    if type_.coerce_output_value is DateTimeDefinition.serialize:
        is_usual = f"type({value}) is {name('C', datetime)} and {value}.tzinfo is {name('Z', UTC)}"
        written = value if keeps_datetimes else f"{name('D', format_datetime)}({value})"
        return f"({written} if {is_usual} else {otherwise})"
    if type_.coerce_output_value is DEFAULT_SCALAR_REGISTRY[JSON].serialize:
        return f"({value} if type({value}) in {name('J', JSON_TYPES)} else {otherwise})"
    return otherwise


#: Python compares whole numbers up to this one in half the time.
FAST_INT_MAX = 2**30 - 1
IN_RANGE = f"({{0}} <= {FAST_INT_MAX} and {{0}} >= {-FAST_INT_MAX} or {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT})"

#: Where the value is the answer.
TYPE_CHECKS = {
    id(GraphQLString): "type({0}) is str",
    id(GraphQLID): "type({0}) is str",
    id(GraphQLInt): f"type({{0}}) is int and {IN_RANGE}",
    # Infinity and what is no number differ from themselves by what is no number.
    id(GraphQLFloat): "type({0}) is float and {0} - {0} == 0.0",
    id(GraphQLBoolean): "({0} is True or {0} is False)",
}


def format_datetime(value: datetime) -> str:
    """`isoformat` in a fourth of its time, for times in UTC."""
    return dumps(value)[1:-1].decode()


JSON_TYPES = frozenset({dict, list, str, int, float, bool})


def enum_names(type_: GraphQLEnumType) -> dict[Enum, str]:
    """Members of the Python enumeration and what they are called, all of the same class."""
    members: type[Enum] | None = getattr(type_, "wrapped_cls", None)
    found: dict[Enum, str] = {}
    for member in members or ():
        try:
            found[member] = type_.coerce_output_value(member)
        except Exception:  # noqa: S112 - said again, and told, where such a value turns up
            continue
    return {member: word for member, word in found.items() if type(member) is members}


def library_coercer(type_: Leaf) -> Callable[[Any], Any]:
    coerce = type_.coerce_output_value

    def leaf(value: Any) -> Any:
        if isinstance(value, Exception) or awaits(value):
            raise FallBackToLibrary
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise FallBackToLibrary
        return coerced

    return leaf
