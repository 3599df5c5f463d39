"""One response name has one shape over all members of a union or an interface.

So a client selects any fields of several members in one document without aliases, and generated
clients have one type for each name.
"""

from collections import defaultdict
from functools import cache

import pytest
from graphql import GraphQLSchema, build_schema, is_abstract_type, parse, print_schema, validate
from graphql.type import (
    GraphQLAbstractType,
    get_named_type,
    is_composite_type,
    is_required_argument,
)

from resolvers.schema import schema
from tests.schema.coordinates import coordinates

BUILT: GraphQLSchema = schema._schema
ABSTRACT = [
    type
    for name, type in BUILT.type_map.items()
    if is_abstract_type(type) and not name.startswith("__")
]
#: Names on types that have nothing in common but an id. Clients ask `node` for one of them.
UNRELATED_NODES = {"role", "rating", "session", "status", "title", "kind"}


@cache
def types_of(built: GraphQLSchema) -> dict[str, str]:
    return coordinates(print_schema(built))


def shapes_of(built: GraphQLSchema, type: GraphQLAbstractType) -> dict[str, set[str]]:
    """By field name, the different types and arguments it has on the members."""
    types = types_of(built)
    shapes = defaultdict(set)
    for member in built.get_possible_types(type):
        for name, field in member.fields.items():
            place = f"{member.name}.{name}"
            arguments = sorted(f"{each}: {types[f'{place}({each}:)']}" for each in field.args)
            shapes[name].add(f"({', '.join(arguments)}): {types[place]}")
    return shapes


def conflicts_of(built: GraphQLSchema, type: GraphQLAbstractType) -> set[str]:
    return {name for name, shapes in shapes_of(built, type).items() if len(shapes) > 1}


@pytest.mark.parametrize("type", ABSTRACT, ids=str)
def test_a_name_has_one_shape_over_all_members(type):
    expected = UNRELATED_NODES if type.name == "Node" else set()
    assert conflicts_of(BUILT, type) == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("message: Message!", "message: String!"),
        ("message: String", "message: String!"),
        ("message: [String!]!", "message: String!"),
        ("message(first: Int = 5): String", "message(first: Int): String"),
        ("message(first: Int): String", "message: String"),
    ],
)
def test_another_type_or_nullability_or_argument_is_a_conflict(first, second):
    built = build_schema(
        f"type Query {{ result: Result }} union Result = A | B type Message {{ id: ID }}"
        f" type A {{ {first} }} type B {{ {second} }}"
    )
    assert conflicts_of(built, built.type_map["Result"]) == {"message"}


def selection_of(type, depth: int) -> str:
    """All fields of a type that need no arguments, on all of its members, down to a depth."""
    if not is_composite_type(type):
        return ""
    members = BUILT.get_possible_types(type) if is_abstract_type(type) else [type]
    parts = []
    for member in members:
        fields = [
            f"{name} {selection_of(get_named_type(field.type), depth - 1)}"
            for name, field in member.fields.items()
            if not any(is_required_argument(each) for each in field.args.values())
            and (depth or not is_composite_type(get_named_type(field.type)))
        ]
        parts.append(f"... on {member.name} {{ __typename {' '.join(fields)} }}")
    return "{ __typename " + " ".join(parts) + " }"


@pytest.mark.parametrize("name", BUILT.mutation_type.fields)
def test_the_whole_result_of_a_mutation_is_selected_without_aliases(name):
    field = BUILT.mutation_type.fields[name]
    [input] = field.args.values()
    document = (
        f"mutation ($input: {input.type}) {{"
        f" {name}(input: $input) {selection_of(get_named_type(field.type), 1)} }}"
    )
    assert validate(BUILT, parse(document)) == []
