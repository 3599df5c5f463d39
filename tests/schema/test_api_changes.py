from graphql import build_schema

from lint.api_changes import list_changes

OLD = build_schema("type Query { a: E b: String } enum E { X }")


def test_changes_are_sorted_by_what_they_do_to_clients():
    new = build_schema("type Query { a: E c: String } enum E { X Y }")
    changes = list_changes(OLD, new)
    assert changes["Breaking"] == ["Field Query.b was removed."]
    assert changes["Dangerous"] == ["Enum value E.Y was added."]
    assert changes["Safe"] == ["Field Query.c was added."]


def test_an_unchanged_schema_has_none():
    assert not any(list_changes(OLD, OLD).values())
