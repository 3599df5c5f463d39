"""The plan of one operation: the fields of all its fragments, and the compiled functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    OperationType,
)
from graphql.execution.collect_fields import (
    FieldDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from execution.compiled import codegen
from execution.compiled.codegen import SourceBuilder
from execution.compiled.fields import FieldPlan, NotCompilable
from execution.compiled.objects import AbstractPlan, ObjectBuilder, ObjectPlan, ValuePlan
from execution.compiled.runtime import execute_serially

#: Memory per character of generated source, with everything that belongs to it. Measured.
BYTES_PER_CHARACTER = 12

#: Object plans of one operation. Our own operations have some dozens; each costs some 20 µs before
#: anything is executed.
MAX_OBJECT_PLANS = 250


class OperationPlan:
    """A `PlanContext` for one operation and one combination of `@skip` and `@include` values.

    `on_growth` receives the estimated bytes of each function when it is compiled.
    """

    def __init__(
        self,
        executor: Executor,
        variables: VariableValues,
        on_growth: Callable[[int], None],
        *,
        keeps_datetimes: bool = False,
    ) -> None:
        self.keeps_datetimes = keeps_datetimes
        self.schema = executor.schema
        self.operation = executor.operation
        self._fragments = executor.fragments
        self._hide_suggestions = executor.hide_suggestions
        self._variables = variables
        self._on_growth = on_growth
        self.object_plans: list[ObjectPlan] = []
        root_type = self.schema.get_root_type(self.operation.operation)
        assert root_type
        self.root = self._create_object_plan(root_type, self._root_fields(root_type))
        self.is_serial = self.operation.operation is OperationType.MUTATION

    def execute(self, executor: Executor, serially: bool) -> Any:
        """The result, or an awaitable of it."""
        try:
            if serially:
                data = execute_serially(self.root.serial_resolvers, executor, executor.root_value)
            else:
                data = self.root.compiled_async(executor, executor.root_value, None, None)
        except GraphQLError as error:
            return build_failed_result(executor, error)
        return await_data(executor, data) if is_awaitable(data) else build_result(executor, data)

    def compile(self) -> None:
        """Compile all functions now, instead of each on first use."""
        _ = self.root.serial_resolvers if self.is_serial else self.root.compiled_async
        for plan in self.object_plans:
            if plan is not self.root:
                plan.compile()

    def object_plan(
        self, type_: GraphQLObjectType, field: FieldPlan, objects: AbstractPlan
    ) -> ObjectPlan:
        collected = collect_subfields(
            self.schema,
            self._fragments,
            self._variables,
            self.operation,
            type_,
            field.details,
            self._hide_suggestions,
        )
        return self._create_object_plan(type_, collected.grouped_field_set, objects)

    def _root_fields(self, root_type: GraphQLObjectType) -> GroupedFieldSet:
        return collect_fields(
            self.schema,
            self._fragments,
            self._variables,
            root_type,
            self.operation,
            self._hide_suggestions,
        ).grouped_field_set

    def _create_object_plan(
        self,
        type_: GraphQLObjectType,
        grouped: GroupedFieldSet,
        objects: AbstractPlan | None = None,
    ) -> ObjectPlan:
        fields = {key: self._create_field(type_, key, details) for key, details in grouped.items()}
        plan = ObjectPlan(self, type_, fields, objects)
        self.object_plans.append(plan)
        if len(self.object_plans) > MAX_OBJECT_PLANS:
            raise NotCompilable("size")
        return plan

    def _create_field(
        self, type_: GraphQLObjectType, key: str, details: list[FieldDetails]
    ) -> FieldPlan | None:
        name = details[0].node.name.value
        if name == "__typename":
            return None
        definition = self.schema.get_field(type_, name)
        assert definition
        converter = self.schema._strawberry_schema.schema_converter  # type: ignore[attr-defined]
        field = FieldPlan(key, type_, definition, details, converter)
        # Raises NotCompilable for introspection.
        _ = field.strawberry
        return field

    def compile_sync(self, plan: ObjectPlan) -> ObjectBuilder:
        return self._compile(codegen.emit_sync(plan))

    def compile_async(self, plan: ObjectPlan) -> ObjectBuilder:
        return self._compile(codegen.emit_async(plan))

    def compile_value(self, plan: ValuePlan) -> Callable[[Any], Any]:
        return self._compile(codegen.emit_value(plan))

    def _compile(self, source: SourceBuilder) -> ObjectBuilder:
        function, length = source.compile()
        self._on_growth(length * BYTES_PER_CHARACTER)
        return function


def build_result(executor: Executor, data: Any) -> ExecutionResult:
    return ExecutionResult(data, executor.collected_errors.errors or None)


def build_failed_result(executor: Executor, error: GraphQLError) -> ExecutionResult:
    """For a null that has propagated up to the operation."""
    executor.collected_errors.add(error, None)
    return build_result(executor, None)


async def await_data(executor: Executor, data: Any) -> ExecutionResult:
    try:
        return build_result(executor, await data)
    except GraphQLError as error:
        return build_failed_result(executor, error)
