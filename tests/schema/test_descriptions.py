"""Every part of the API has a description that says more than its name."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLSchema, is_specified_directive, is_specified_scalar_type

from resolvers.schema import schema
from tests.schema.coordinates import coordinates

BUILT: GraphQLSchema = schema._schema
#: Words that add nothing to a name.
FILLERS = {
    *("a", "an", "the", "this", "that", "it", "its", "is", "are", "and", "or"),
    *("of", "for", "in", "on", "to", "with", "by"),
}
MAX_CHARS = 300


def described() -> Iterator[tuple[str, Any]]:
    """Everything of our own that can have a description, by its schema coordinate."""
    for name, type_ in BUILT.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(type_):
            continue
        yield name, type_
        for value_name, value in getattr(type_, "values", {}).items():
            yield f"{name}.{value_name}", value
        for field_name, field in getattr(type_, "fields", {}).items():
            yield f"{name}.{field_name}", field
            for argument_name, argument in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument_name}:)", argument
    for directive in BUILT.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive


DESCRIPTIONS = {coordinate: each.description or "" for coordinate, each in described()}


def words(text: str) -> set[str]:
    """Lower case, without plural endings."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[^A-Za-z]+", " ", text)
    return {word.lower().removesuffix("s") for word in spaced.split()} - FILLERS


def repeats_name(coordinate: str, description: str) -> bool:
    name = re.split(r"[.(@]", coordinate.rstrip(":)"))[-1]
    return not words(description) - words(name)


def test_everything_is_described():
    assert len(DESCRIPTIONS) > 700
    assert [coordinate for coordinate, text in DESCRIPTIONS.items() if not text.strip()] == []


def test_no_description_only_repeats_the_name():
    assert [name for name, text in DESCRIPTIONS.items() if repeats_name(name, text)] == []


@pytest.mark.parametrize(
    ("coordinate", "description"),
    [
        ("SessionStep.order", "The order."),
        ("Flow.usageCount", "Usage counts of it."),
        ("Query.node(id:)", "id"),
        ("SessionStatus.ACTIVE", "Active"),
    ],
)
def test_a_repetition_is_noticed(coordinate, description):
    assert repeats_name(coordinate, description)


def test_descriptions_are_short_sentences():
    wrong = {
        name: text
        for name, text in DESCRIPTIONS.items()
        if len(text) > MAX_CHARS or not text.endswith(".") or text != " ".join(text.split())
    }
    assert wrong == {}


def test_custom_scalars_name_their_specification():
    scalars = {
        name: type_.specified_by_url
        for name, type_ in BUILT.type_map.items()
        if hasattr(type_, "specified_by_url") and not is_specified_scalar_type(type_)
    }
    assert scalars.keys() == {"DateTime", "JSON"}
    assert all(url and url.startswith("https://") for url in scalars.values())


def test_every_page_size_says_its_default():
    """In the SDL, or in words where it depends on another argument."""
    types = coordinates(schema.as_str())
    fields = {name.split("(")[0] for name in types if name.endswith("(after:)")}
    paged = {field for field in fields if f"{field}(first:)" in types}
    assert len(paged) >= 8
    for field in paged:
        is_said = "50 where neither" in DESCRIPTIONS[f"{field}(first:)"]
        assert is_said == (f"{field}(last:)" in types), field
        assert is_said == (types[f"{field}(first:)"] == "Int"), field
