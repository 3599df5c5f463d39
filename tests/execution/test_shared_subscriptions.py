"""The factory creates what the constructor creates, and shares no mutable state."""

from graphql import build_schema, parse

from execution.operations import NO_VARIABLES, list_operations
from execution.shared_subscriptions import ExecutorFactory

SCHEMA = build_schema("type Query { hello: String }")
FACTORY = ExecutorFactory(SCHEMA, hide_suggestions=True)
ARGUMENTS = (NO_VARIABLES, "root", "context", {"persisted": True})


def executor_attributes(document: str = "{ hello }"):
    [operation] = list_operations(parse(document))
    return vars(FACTORY.create(operation, *ARGUMENTS))


def test_an_executor_equals_one_of_the_constructor():
    # An operation with a directive goes through the constructor.
    created, constructed = executor_attributes(), executor_attributes("query @unknown { hello }")
    assert {name: type(value) for name, value in created.items()} == {
        name: type(value) for name, value in constructed.items()
    }
    plain = (bool, str, type(None))
    assert {name: value for name, value in created.items() if isinstance(value, plain)} == {
        name: value for name, value in constructed.items() if isinstance(value, plain)
    }


def test_executors_share_immutable_attributes_only():
    one, other = executor_attributes(), executor_attributes()
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


def test_a_directive_of_the_operation_still_takes_effect():
    document = "query @experimental_disableErrorPropagation { hello }"
    assert not executor_attributes(document)["error_propagation"]
    assert executor_attributes()["error_propagation"]
