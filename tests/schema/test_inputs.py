"""What clients may leave out, and what a null means."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_non_null_type,
)

from resolvers.schema import schema

BUILT: GraphQLSchema = schema._schema
MUTATIONS = BUILT.mutation_type.fields


def inputs() -> Iterator[tuple[str, Any]]:
    """All arguments and fields of inputs, by their coordinates."""
    for name, type in BUILT.type_map.items():
        if name.startswith("__"):
            continue
        for field_name, field in getattr(type, "fields", {}).items():
            if isinstance(type, GraphQLInputObjectType):
                yield f"{name}.{field_name}", field
            for argument, value in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument}:)", value


def test_a_null_means_what_leaving_out_means():
    """What has a default cannot be null; what can be null is null where it is left out."""
    found = dict(inputs())
    assert len(found) > 80
    assert [
        name
        for name, value in found.items()
        if not is_non_null_type(value.type) and value.default_value not in (None, Undefined)
    ] == []


def member_types(mutation: str) -> dict[str, Any]:
    return {each.name: each for each in get_named_type(MUTATIONS[mutation].type).types}


def starts_generation(mutation: str) -> bool:
    """Read from the result: what it spends, and what it returns."""
    members = member_types(mutation)
    [success] = [type for name, type in members.items() if name.endswith("Success")]
    returned = {get_named_type(field.type).name for field in success.fields.values()}
    return "QuotaExceeded" in members or ("Generation" in returned and mutation != "stopGeneration")


def input_fields(mutation: str) -> dict[str, Any]:
    fields: dict[str, Any] = get_named_type(MUTATIONS[mutation].args["input"].type).fields
    return fields


def test_what_starts_a_generation_can_be_repeated_without_a_second_one():
    starting = {mutation for mutation in MUTATIONS if starts_generation(mutation)}
    assert len(starting) >= 7
    assert {name for name in MUTATIONS if "idempotencyKey" in input_fields(name)} == starting
    assert all("InvalidInput" in member_types(mutation) for mutation in starting)


def test_an_expected_version_has_its_answer():
    for field, member in (
        ("expectedStateVersion", "StaleState"),
        ("expectedVersion", "StaleDocument"),
    ):
        expecting = {name for name in MUTATIONS if field in input_fields(name)}
        assert expecting
        assert {name for name in MUTATIONS if member in member_types(name)} == expecting


def test_a_failing_root_field_leaves_its_neighbours():
    """`viewer` is the caller: it takes no argument and cannot be missing."""
    fields = BUILT.query_type.fields.items()
    assert [name for name, field in fields if is_non_null_type(field.type)] == ["viewer"]
