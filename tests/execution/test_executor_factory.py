"""Executors are what the library makes, and share nothing that changes."""

from graphql import build_schema, parse

from execution.executor_factory import ExecutorFactory
from execution.operations import NO_VARIABLES, list_operations

SCHEMA = build_schema("type Query { hello: String }")
MADE = ExecutorFactory(SCHEMA, hide_suggestions=True)
SAID = (NO_VARIABLES, "root", "context", {"persisted": True})


def made(document: str = "{ hello }"):
    [operation] = list_operations(parse(document))
    return vars(MADE.create(operation, *SAID))


def test_they_have_what_the_library_gives_them():
    # A directive, which says nothing of how it runs, leaves it to the library.
    ours, theirs = made(), made("query @unknown { hello }")
    assert {name: type(value) for name, value in ours.items()} == {
        name: type(value) for name, value in theirs.items()
    }
    plain = (bool, str, type(None))
    assert {name: value for name, value in ours.items() if isinstance(value, plain)} == {
        name: value for name, value in theirs.items() if isinstance(value, plain)
    }


def test_what_they_share_does_not_change():
    one, other = made(), made()
    shared = {name for name, value in one.items() if value is not None and value is other[name]}
    assert shared == {
        "context_value",
        "enable_early_execution",
        "error_propagation",
        "field_resolver",
        "hide_suggestions",
        "is_async_iterable",
        "is_awaitable",
        "operation_extensions",
        "root_value",
        "schema",
        "subscribe_field_resolver",
        "type_resolver",
        "variable_values",
    }


def test_a_directive_still_says_how_an_operation_runs():
    document = "query @experimental_disableErrorPropagation { hello }"
    assert not made(document)["error_propagation"]
    assert made()["error_propagation"]
