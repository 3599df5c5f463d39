"""What a client can ask for, read from the schema: all fields of a type, and a call of each
operation with an id in each of its inputs."""

from itertools import zip_longest

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
)

from resolvers.schema import schema

SCHEMA = build_schema(schema.as_str())
DEPTH = 3
#: Fields without fields of their own in one document: the size of a response is bounded.
LEAVES = 2
#: From a part of a session to the session.
WAYS_BACK = {
    (part, "session") for part in ("ChatMessage", "SessionStep", "SessionDocument", "Generation")
}
VALUES = {"String": "mine", "Int": 1, "Float": 1.0, "Boolean": True}


def selections(kind, depth: int = DEPTH):
    """All fields of a type that need no argument, to a depth, in many small selections. Lists of
    pages have two items."""
    if is_leaf_type(kind):
        yield ""
        return
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        for each in SCHEMA.get_possible_types(kind):
            for inner in selections(each, depth):
                yield f"{{ __typename ... on {each.name} {inner} }}"
        return
    fields = {
        name: field
        for name, field in kind.fields.items()
        if not any(is_required_argument(each) for each in field.args.values())
    }
    leaves = [name for name, field in fields.items() if is_leaf_type(get_named_type(field.type))]
    # A few at a time: the size of a response is bounded.
    for some in zip_longest(*[iter(leaves)] * LEAVES, fillvalue=""):
        yield "{ " + " ".join(["__typename", *some]) + " }"
    for name in sorted(fields.keys() - leaves) if depth else ():
        size = "(first: 2)" if "first" in fields[name].args else ""
        if (kind.name, name) in WAYS_BACK:
            # Its fields are tried on the way down, and from its events.
            yield f"{{ {name} {{ id displayTitle owner {{ name }} }} }}"
            continue
        for inner in selections(get_named_type(fields[name].type), depth - 1):
            yield f"{{ {name}{size} {inner} }}"


def value_for(kind, given, name: str = ""):
    """A value for an input; `given` has ids by the name of their field."""
    if is_non_null_type(kind):
        return value_for(kind.of_type, given, name)
    if is_list_type(kind):
        return [value_for(kind.of_type, given, name)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        fields = kind.fields.items()
        if kind.is_one_of:
            fields = list(fields)[-1:]
        wanted = {
            key: field
            for key, field in fields
            if kind.is_one_of or is_required_input_field(field) or key in given
        }
        return {key: value_for(field.type, given, key) for key, field in wanted.items()}
    return given[name] if kind.name == "ID" else VALUES[kind.name]


def id_fields(kind, name: str = "") -> set[str]:
    """Names of the inputs below a type that take an id."""
    kind = get_named_type(kind)
    if isinstance(kind, GraphQLInputObjectType):
        return set().union(*(id_fields(f.type, key) for key, f in kind.fields.items()))
    return {name} if kind.name == "ID" else set()


def operations(root):
    """Fields of a root type with each of their inputs that takes an id."""
    for name, field in root.fields.items():
        for argument in sorted(set().union(*(id_fields(a.type, n) for n, a in field.args.items()))):
            yield pytest.param(name, argument, id=f"{name}-{argument}")


def reaches_id(argument, name, wanted) -> bool:
    return wanted in id_fields(argument.type, name)


def calls_of(kind: str, root, name: str, given: dict[str, str], wanted: str, depth: int):
    """Documents that call a field, each with its variables."""
    field = root.fields[name]
    asked = {
        key: argument
        for key, argument in field.args.items()
        if is_required_argument(argument) or reaches_id(argument, key, wanted)
    }
    variables = {key: value_for(each.type, given, key) for key, each in asked.items()}
    declared = ", ".join(f"${key}: {each.type}" for key, each in asked.items())
    passed = ", ".join(f"{key}: ${key}" for key in asked)
    passed += ", first: 2" if "first" in field.args else ""
    for inner in selections(get_named_type(field.type), depth):
        yield f"{kind} Asked({declared}) {{ {name}({passed}) {inner} }}", variables


def string_arguments(depth: int = DEPTH):
    """Each text argument below Query: the path of fields to the type that has its field, and the
    path to the text in the argument, with its type.

    The shortest path to each type counts; a field of an interface is found at each of its types.
    """
    seen, waiting = set(), [([], SCHEMA.query_type)]
    while waiting:
        path, kind = waiting.pop(0)
        for owner in SCHEMA.get_possible_types(kind) if is_abstract_type(kind) else [kind]:
            if owner.name in seen or not is_object_type(owner):
                continue
            seen.add(owner.name)
            start = [*path, f"... on {owner.name}"] if is_abstract_type(kind) else path
            for name, field in owner.fields.items():
                for argument, each in field.args.items():
                    for inner, type_ in text_inputs_in(each.type, [argument]):
                        yield start, owner, name, inner, type_
                if not any(is_required_argument(each) for each in field.args.values()):
                    waiting.append(([*start, name], get_named_type(field.type)))


def text_inputs_in(kind, path):
    """The path and the type of each text in the value of an argument."""
    named = get_named_type(kind)
    if isinstance(named, GraphQLInputObjectType):
        for name, field in named.fields.items():
            yield from text_inputs_in(field.type, [*path, name])
    elif named.name == "String":
        yield path, kind
