"""The fields of a response, counted as their estimate counts them."""

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from execution.limits.response_cost import count_fields

LIST = [{"id": 1, "tree": {"a": {"b": 1}}}, {"id": 2, "tree": [{"c": 1}]}, None]


@pytest.mark.parametrize(
    ("document", "data", "fields"),
    [
        ("{ a b }", {"a": 1, "b": None}, 2),
        ("{ a { b } }", {"a": None}, 1),
        ("{ a { b } }", {"a": {"b": 1}}, 2),
        ("{ a { b { c } } }", {"a": [{"b": {"c": 1}}, {"b": None}]}, 4),
        ("{ a { b } }", {"a": [[{"b": 1}], [{"b": 2}]]}, 3),
        ("{ x: a { y: b } }", {"x": {"y": 1}}, 2),
        ("{ list { id tree } }", {"list": LIST}, 5),
        ("{ a { b } a { c { d } } }", {"a": {"b": 1, "c": {"d": 1}}}, 4),
        ("{ a { ... on A { b } ... on B { c { d } } } }", {"a": {"c": {"d": 1}}}, 3),
        ("{ a { ...F } } fragment F on A { b { ...G } } fragment G on B { c }", {"a": None}, 1),
        (
            "{ a { ...F } } fragment F on A { b { ...G } } fragment G on B { c }",
            {"a": [{"b": {"c": 1}}]},
            3,
        ),
        ("{ a }", None, 0),
    ],
)
def test_each_field_of_each_object_counts_once(document, data, fields):
    definitions = parse(document).definitions
    [operation] = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    fragments = {
        each.name.value: each for each in definitions if isinstance(each, FragmentDefinitionNode)
    }
    assert count_fields(data, operation.selection_set, fragments) == fields
