"""The names inside Strawberry and graphql-core that the product depends on.

`pyproject.toml` pins the versions of both libraries. Where a new version fails one of these tests,
read what has changed in the library, then adapt the code that the message names.
"""

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLError, GraphQLScalarType, parse, validate
from strawberry.scalars import JSON
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.types.base_scalars import DateTimeDefinition
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from execution.limits.validation_rules import (
    BUDGET_EXCEEDED_MESSAGE,
    MAX_ERRORS,
    create_validation_rules,
)
from execution.operations import NO_VARIABLES
from execution.shared_subscriptions import SAMPLE_OPERATION, construct_executor, executor_arguments
from tests.library_internals import check_attributes, check_signature

EXECUTOR = "graphql.execution.executor:Executor"
SCHEMA = "strawberry.schema.schema:Schema"
CONVERTER = "strawberry.schema.schema_converter:GraphQLCoreConverter"
VIEW = "strawberry.asgi:GraphQL"
WS = "strawberry.subscriptions.protocols.graphql_transport_ws.handlers"
OPERATION, HANDLER = f"{WS}:Operation", f"{WS}:BaseGraphQLTransportWSHandler"

#: Name, its parameters, and the modules that call or override it.
SIGNATURES = [
    (
        f"{EXECUTOR}.__init__",
        "self schema fragment_definitions fragments root_value context_value operation "
        "variable_values field_resolver type_resolver subscribe_field_resolver "
        "enable_early_execution middleware_manager is_awaitable is_async_iterable "
        "hide_suggestions abort_signal hooks",
        "execution.shared_subscriptions, execution.compiled.plan_cache",
    ),
    (f"{EXECUTOR}.execute_operation", "self serially", "execution.compiled.plan_cache"),
    (
        f"{EXECUTOR}.execute_field",
        "self parent_type source field_details_list path position_context",
        "execution.compiled.runtime",
    ),
    (
        f"{EXECUTOR}.complete_value",
        "self return_type field_details_list info path result position_context",
        "execution.compiled.runtime",
    ),
    (
        f"{EXECUTOR}.complete_awaitable_list_item_value",
        "self item item_type field_details_list info item_path position_context",
        "execution.compiled.runtime",
    ),
    (
        f"{EXECUTOR}.handle_field_error",
        "self raw_error return_type field_details_list path",
        "execution.compiled.runtime",
    ),
    (f"{EXECUTOR}.settle_in_background", "self awaitables", "execution.compiled.runtime"),
    (f"{EXECUTOR}.build_per_event_executor", "self payload", "execution.shared_subscriptions"),
    (f"{EXECUTOR}.gather_async_work", "self values", "execution.compiled.plan_cache"),
    (f"{EXECUTOR}.track_async_work", "self values", "execution.compiled.plan_cache"),
    (
        "graphql.execution.executor:CollectedErrors.add",
        "self error path",
        "execution.compiled.plan",
    ),
    (
        "graphql.execution.executor:collect_iterator_awaitables",
        "iterator is_awaitable",
        "execution.compiled.runtime",
    ),
    (
        "graphql.execution.collect_fields:collect_fields",
        "schema fragments variable_values runtime_type operation hide_suggestions "
        "forbid_skip_and_include on_selection_set",
        "execution.compiled.plan",
    ),
    (
        "graphql.execution.collect_fields:collect_subfields",
        "schema fragments variable_values operation return_type field_details_list "
        "hide_suggestions",
        "execution.compiled.plan",
    ),
    (
        "graphql.execution.collect_fields:FragmentDetails",
        "definition variable_signatures",
        "execution.operations",
    ),
    ("graphql.execution.values:VariableValues", "sources coerced", "execution.operations"),
    (
        "graphql.execution.values:get_variable_values",
        "schema var_def_nodes inputs max_errors hide_suggestions",
        "execution.operations",
    ),
    (
        "graphql.execution.values:get_argument_values",
        "type_def node variable_values fragment_variable_values hide_suggestions",
        "execution.compiled.fields",
    ),
    ("graphql.pyutils:Path", "prev key typename", "execution.compiled.runtime"),
    ("graphql.pyutils:gather_with_cancel", "awaitables", "execution.compiled.runtime"),
    (
        "graphql.type.definition:GraphQLResolveInfoHelpers",
        "gather track",
        "execution.compiled.plan_cache",
    ),
    (
        "strawberry.schema.schema:StrawberryGraphQLCoreExecutionContext.build_resolve_info",
        "self field_def field_nodes parent_type path",
        "execution.compiled.runtime",
    ),
    (f"{SCHEMA}._prepare_operation_async", "self context extensions_runner", "execution.schema"),
    (
        f"{SCHEMA}._execute_operation",
        "self execution_context extensions_runner middleware_manager execute_function "
        "custom_context_kwargs",
        "execution.schema",
    ),
    (
        f"{SCHEMA}._handle_execution_result",
        "self context result extensions_runner skip_process_errors",
        "execution.schema",
    ),
    (
        f"{SCHEMA}._get_custom_context_kwargs",
        "self operation_extensions sync",
        "execution.schema",
    ),
    (f"{SCHEMA}.process_errors", "self errors execution_context", "execution.schema"),
    (
        f"{SCHEMA}.execute",
        "self query variable_values context_value root_value operation_name "
        "allowed_operation_types operation_extensions",
        "execution.schema",
    ),
    (
        f"{SCHEMA}.stream",
        "self query variable_values context_value root_value operation_name "
        "operation_extensions allowed_operation_types",
        "execution.schema",
    ),
    (f"{CONVERTER}.from_resolver", "self field", "execution.compiled.fields"),
    (
        f"{CONVERTER}._get_field_exception_handlers",
        "self field",
        "execution.compiled.fields, execution.compiled.fields",
    ),
    ("strawberry.execution:optimized_is_awaitable", "value", "execution.compiled"),
    (
        "strawberry.extensions.field_extension:build_field_extension_resolvers",
        "field",
        "execution.compiled.fields",
    ),
    (
        "strawberry.types.arguments:_is_leaf_type",
        "type_ scalar_registry skip_classes",
        "execution.compiled.fields",
    ),
    (
        "strawberry.types.arguments:convert_argument",
        "value type_ scalar_registry config info path",
        "execution.compiled.fields",
    ),
    ("strawberry.types.enum:has_enum_definition", "obj", "execution.compiled.fields"),
    (
        "strawberry.types.field:StrawberryField.get_result",
        "self source info args kwargs",
        "execution.compiled.fields",
    ),
    ("strawberry.types.info:Info", "_raw_info _field", "execution.compiled.fields"),
    (
        f"{VIEW}._create_streaming_response",
        "self request result protocol sub_response",
        "server.graphql.view",
    ),
    (f"{VIEW}.get_sub_response", "self request", "server.graphql.view"),
    (f"{VIEW}.create_response", "self response_data sub_response", "server.graphql.view"),
    (f"{VIEW}.process_result", "self request result", "server.graphql.view"),
    (f"{VIEW}.parse_json", "self data", "server.graphql.view"),
    (f"{VIEW}.parse_query_params", "self params", "server.graphql.view"),
    (f"{VIEW}.on_ws_connect", "self context", "server.graphql.view"),
    (f"{VIEW}.should_render_graphql_ide", "self request", "server.graphql.view"),
    (f"{VIEW}.render_graphql_ide", "self request", "server.graphql.view"),
    ("strawberry.http:process_result", "result", "server.graphql.response_encoding"),
    ("strawberry.asgi:ASGIWebSocketAdapter.send_json", "self message", "server.graphql.websocket"),
    ("strawberry.asgi:ASGIWebSocketAdapter.close", "self code reason", "server.graphql.websocket"),
    (
        f"{OPERATION}.__init__",
        "self handler id query variables operation_name",
        "server.graphql.websocket",
    ),
    (f"{OPERATION}.send_next", "self execution_result", "server.graphql.websocket"),
    (f"{OPERATION}.send_operation_message", "self message", "server.graphql.websocket"),
    (f"{OPERATION}.send_initial_errors", "self errors", "server.graphql.websocket"),
    (f"{HANDLER}.handle", "self", "server.graphql.websocket"),
    (f"{HANDLER}.handle_message", "self message", "server.graphql.websocket"),
    (f"{HANDLER}.handle_subscribe", "self message", "server.graphql.websocket"),
    (f"{HANDLER}.handle_complete", "self message", "server.graphql.websocket"),
    (f"{HANDLER}.handle_invalid_message", "self error_message", "server.graphql.websocket"),
    (f"{HANDLER}.handle_task_exception", "self error", "server.graphql.websocket"),
    (f"{HANDLER}.run_operation", "self operation", "server.graphql.websocket"),
    (f"{HANDLER}._send_result_stream", "self operation result_source", "server.graphql.websocket"),
    (f"{HANDLER}._handle_pre_execution_error", "self operation result", "server.graphql.websocket"),
    (f"{HANDLER}._task_done", "self task", "server.graphql.websocket"),
    (
        "strawberry.http.websocket_origin:normalize_allowed_origins",
        "allowed_origins",
        "server.auth.config",
    ),
    (
        "strawberry.http.websocket_origin:is_same_origin",
        "origin host",
        "server.http.guards",
    ),
    (
        "strawberry.http.websocket_origin:normalize_origin",
        "origin",
        "server.http.guards",
    ),
]

#: Class, names of its attributes, and the modules that use them.
ATTRIBUTES = [
    (
        EXECUTOR,
        "schema operation fragment_definitions fragments root_value context_value "
        "variable_values hide_suggestions middleware_manager abort_signal hooks "
        "error_propagation collected_errors async_helpers",
        "execution.compiled",
    ),
    (
        "graphql.execution.collect_fields:CollectedFields",
        "grouped_field_set",
        "execution.compiled.plan",
    ),
    ("graphql.execution.collect_fields:FieldDetails", "node", "execution.compiled.fields"),
    (
        "graphql.validation.rules.overlapping_fields_can_be_merged:OverlappingFieldsCanBeMergedRule",
        "rule_context",
        "execution.limits.validation_rules",
    ),
    (
        "graphql.validation.rules.overlapping_fields_can_be_merged:RuleContext",
        "remaining_complexity_budget",
        "execution.limits.validation_rules",
    ),
    ("graphql:DocumentNode", "token_count", "execution.operations"),
    (SCHEMA, "_schema schema_converter", "execution.schema, execution.compiled.plan"),
    (CONVERTER, "config scalar_registry", "execution.compiled.fields"),
    (
        "strawberry.types.execution:ExecutionContext",
        "_provided_operation_name allowed_operations graphql_document pre_execution_errors",
        "execution.schema",
    ),
    (
        "strawberry.types.field:StrawberryField",
        "base_resolver is_basic_field default_resolver python_name metadata extensions is_async "
        "is_subscription arguments",
        "execution.compiled.fields, execution.compiled.fields",
    ),
    (
        "strawberry.types.fields.resolver:StrawberryResolver",
        "wrapped_func is_async info_parameter self_parameter parent_parameter root_parameter",
        "execution.compiled.fields, execution.compiled.fields",
    ),
    (
        "strawberry.types.base:StrawberryObjectDefinition",
        "origin is_type_of resolve_type concrete_of is_graphql_generic name",
        "execution.compiled.objects",
    ),
    ("strawberry.types.info:Info", "_raw_info", "execution.selected_fields"),
    (HANDLER, "operations connection_acknowledged", "server.graphql.websocket"),
    (HANDLER, "max_subscriptions_per_connection websocket view", "server.graphql.websocket"),
]


@pytest.mark.parametrize(("path", "parameters", "used_by"), SIGNATURES, ids=lambda v: v[-60:])
def test_a_function_of_a_library_has_the_expected_parameters(path, parameters, used_by):
    check_signature(path, parameters, used_by)


@pytest.mark.parametrize(("path", "attributes", "used_by"), ATTRIBUTES, ids=lambda v: v[-60:])
def test_a_class_of_a_library_has_the_expected_attributes(path, attributes, used_by):
    check_attributes(path, attributes, used_by)


def test_arguments_of_the_executor_are_its_attributes():
    """`execution.shared_subscriptions` sets attributes named like the arguments."""
    arguments = executor_arguments(SAMPLE_OPERATION, NO_VARIABLES)
    executor = construct_executor(schema=build_schema()._schema, **arguments)
    attributes = vars(executor)
    assert {name: attributes[name] for name in arguments} == arguments


def build_schema():
    @strawberry.type
    class Query:
        @strawberry.field
        def hello(self, name: str) -> str:
            return name

    return strawberry.Schema(Query)


def test_a_graphql_type_leads_back_to_its_definition():
    """`execution.compiled` finds Strawberry's schema, types, fields and generated resolvers."""
    schema = build_schema()
    assert schema._schema._strawberry_schema is schema
    query = schema._schema.query_type
    definition = query.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    assert definition is definition.origin.__strawberry_definition__
    field = query.fields["hello"]
    assert field.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name == "hello"
    generated = f"{GraphQLCoreConverter.from_resolver.__qualname__}."
    assert field.resolve.__qualname__.startswith(generated)


def test_scalars_have_the_serializers_that_generated_code_replaces():
    """`execution.compiled.scalars` knows them by identity."""
    for type_ in (GraphQLScalarType("A"), GraphQLEnumType("B", {})):
        assert callable(type_.coerce_output_value)
    assert callable(DateTimeDefinition.serialize)
    assert callable(DEFAULT_SCALAR_REGISTRY[JSON].serialize)


def test_a_cast_object_is_marked_by_an_attribute():
    """`execution.compiled.codegen` leaves such objects to the library."""

    @strawberry.type
    class Thing:
        name: str

    assert getattr(strawberry.cast(Thing, Thing(name="a")), TYPE_CAST_ATTRIBUTE) is Thing


def test_messages_of_exhausted_budgets_are_known():
    """`execution.operations` recognizes them by their text."""
    with pytest.raises(GraphQLError) as too_long:
        parse("{ a b c }", max_tokens=3)
    assert too_long.value.message.endswith("Parsing aborted.")
    repeated = parse("{" + "hello(name: 1) " * 200 + "}")
    rules = create_validation_rules(introspection=True)
    errors = validate(build_schema()._schema, repeated, rules, max_errors=MAX_ERRORS)
    assert BUDGET_EXCEEDED_MESSAGE in {error.message for error in errors}
