"""One operation, with its fields and fragments sorted out, as functions."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
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
from strawberry.execution import optimized_is_awaitable as awaits
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor

from execution.compiled.codegen import SourceBuilder
from execution.compiled.fields import FieldPlan, NotCompilable
from execution.compiled.objects import AbstractPlan, ObjectPlan
from execution.compiled.runtime import execute_serially

#: Of memory, for each character of generated code: measured, with all that hangs on it.
BYTES_PER_CHARACTER = 12

#: Types in places. Ours have some dozens; each costs some 20 µs before anything is run.
MAX_OBJECT_PLANS = 250


class OperationPlan:
    """For one outcome of the directives that say what is left out."""

    def __init__(
        self,
        executor: Executor,
        variables: VariableValues,
        grown: Callable[[int], None],
        *,
        keeps_datetimes: bool = False,
    ) -> None:
        #: Whether times stay as they are, for somebody who writes them out better.
        self.keeps_datetimes = keeps_datetimes
        self.schema = executor.schema
        self.operation = executor.operation
        self._fragments = executor.fragments
        self._hide_suggestions = executor.hide_suggestions
        self._variables = variables
        self._grown = grown
        self.object_plans: list[ObjectPlan] = []
        root_type = self.schema.get_root_type(self.operation.operation)
        assert root_type
        self.root = self._create_object_plan(root_type, self._root_fields(root_type))
        self.is_serial = self.operation.operation is OperationType.MUTATION

    def execute(self, executor: Executor, serial: bool) -> Any:
        """The result, or an awaitable of it."""
        try:
            data = self._data(executor, serial)
        except GraphQLError as error:
            return build_failed_result(executor, error)
        return await_data(executor, data) if awaits(data) else build_result(executor, data)

    def _data(self, executor: Executor, serial: bool) -> Any:
        if serial:
            return execute_serially(self.root.serial_resolvers, executor, executor.root_value)
        return self._execute_parallel(executor, executor.root_value, None, None)

    @cached_property
    def _execute_parallel(self) -> Callable[..., Any]:
        return self.root.compiled_async

    def compile(self) -> None:
        """All functions at once, instead of each when it is needed."""
        _ = self.root.serial_resolvers if self.is_serial else self._execute_parallel
        for kind in self.object_plans:
            if kind is not self.root:
                kind.compile()

    def object_plan(
        self, type_: GraphQLObjectType, field: FieldPlan, objects: AbstractPlan
    ) -> ObjectPlan:
        """Objects of a type beneath a field."""
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
        kind = ObjectPlan(self, type_, fields, objects)
        self.object_plans.append(kind)
        if len(self.object_plans) > MAX_OBJECT_PLANS:
            raise NotCompilable("size")
        return kind

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
        _ = field.strawberry
        return field

    def compile_source(self, text: SourceBuilder) -> Any:
        """The function that a text defines."""
        source = str(text)
        exec(compile(source, "<operation>", "exec"), text.names)  # noqa: S102 - see `writing`
        self._grown(len(source) * BYTES_PER_CHARACTER)
        return text.names["made"]


def build_result(executor: Executor, data: Any) -> ExecutionResult:
    return ExecutionResult(data, executor.collected_errors.errors or None)


def build_failed_result(executor: Executor, error: GraphQLError) -> ExecutionResult:
    """What must not be null is, up to the operation itself."""
    executor.collected_errors.add(error, None)
    return build_result(executor, None)


async def await_data(executor: Executor, data: Any) -> ExecutionResult:
    try:
        return build_result(executor, await data)
    except GraphQLError as error:
        return build_failed_result(executor, error)
