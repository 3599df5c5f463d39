"""Plans for the values at one position of an operation: objects by their Python type, and lists."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from types import CoroutineType, GeneratorType, NoneType
from typing import Any, Protocol

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.types.base import StrawberryObjectDefinition

from execution.compiled.fields import DEFINITION, FieldPlan
from execution.compiled.runtime import (
    FieldResolver,
    ValueCompleter,
    await_item,
    complete_list,
    complete_object_list,
    complete_with_library,
    field_resolver,
    path_at,
)
from execution.compiled.scalars import FallBackToLibrary

#: Builds the response of an object. Sync: (object). Async: (executor, object, path, index).
ObjectBuilder = Callable[..., Any]


class PlanContext(Protocol):
    """What the plans of values need from the plan of their operation."""

    @property
    def schema(self) -> GraphQLSchema: ...

    @property
    def keeps_datetimes(self) -> bool:
        """Whether the JSON encoder formats datetimes."""

    def object_plan(
        self, type_: GraphQLObjectType, field: FieldPlan, objects: AbstractPlan
    ) -> ObjectPlan:
        """The plan for the objects of one type that a field returns."""

    def compile_sync(self, plan: ObjectPlan) -> ObjectBuilder: ...

    def compile_async(self, plan: ObjectPlan) -> ObjectBuilder: ...

    def compile_value(self, plan: ValuePlan) -> Callable[[Any], Any]: ...


class ObjectPlan:
    """Objects of one concrete type at one position.

    `fields` are by response key; None stands for `__typename`.
    """

    def __init__(
        self,
        context: PlanContext,
        type_: GraphQLObjectType,
        fields: dict[str, FieldPlan | None],
        objects: AbstractPlan | None = None,
    ) -> None:
        self.context = context
        self.type = type_
        self.fields = fields
        self.objects = objects
        self.values = {key: ValuePlan(context, field) for key, field in fields.items() if field}

    @cached_property
    def is_sync(self) -> bool:
        """Whether all fields down to the leaves are safe to repeat: no path or info is needed."""
        return all(self.is_safe_to_repeat(key) for key in self.fields)

    def is_safe_to_repeat(self, key: str) -> bool:
        field = self.fields[key]
        return field is None or (field.is_safe_to_repeat and self.values[key].is_sync)

    @property
    def resolved_fields(self) -> list[FieldPlan]:
        """Fields that must be resolved exactly once."""
        return [f for key, f in self.fields.items() if f and not self.is_safe_to_repeat(key)]

    @property
    def cast_fallback(self) -> ObjectBuilder | None:
        """Completes objects that `strawberry.cast` has marked, where the mark matters."""
        objects = self.objects
        matters = objects and (objects.named is not self.type or self.type.is_type_of)
        return objects.complete_with_library if objects and matters else None

    @cached_property
    def compiled_sync(self) -> ObjectBuilder:
        return self.context.compile_sync(self)

    @cached_property
    def compiled_async(self) -> ObjectBuilder:
        return self.context.compile_async(self)

    def compile(self) -> None:
        """Compile now, instead of when the first object arrives."""
        _ = self.compiled_sync if self.is_sync else self.compiled_async

    @cached_property
    def serial_resolvers(self) -> dict[str, FieldResolver]:
        name = self.type.name
        return {
            key: field_resolver(field, self.values[key].complete) if field else lambda *_: name
            for key, field in self.fields.items()
        }


class ValuePlan:
    """The value of a field, or an item of its list."""

    def __init__(
        self, context: PlanContext, field: FieldPlan, type_: GraphQLOutputType | None = None
    ) -> None:
        self.context = context
        self.field = field
        self.type = type_ or field.definition.type
        self.nullable = get_nullable_type(self.type)
        self.item: ValuePlan | None = None
        self.objects: AbstractPlan | None = None
        if isinstance(self.nullable, GraphQLList):
            self.item = ValuePlan(context, field, self.nullable.of_type)
        elif not is_leaf_type(self.nullable):
            self.objects = AbstractPlan(context, field, self.type)

    @cached_property
    def is_sync(self) -> bool:
        inner = self.item or self.objects
        return inner is None or inner.is_sync

    @cached_property
    def complete(self) -> ValueCompleter:
        if self.is_sync:
            return self._complete_sync()
        if self.item:
            return self._complete_list(self.item)
        assert self.objects
        return self.objects.complete

    def _complete_sync(self) -> ValueCompleter:
        field, type_, build = self.field, self.type, self.context.compile_value(self)

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            try:
                return build(value)
            except Exception:
                return complete_with_library(executor, field, type_, path_at(path, index), value)

        return complete

    def _complete_list(self, item: ValuePlan) -> ValueCompleter:
        field, type_ = self.field, self.type
        complete_items = complete_object_list if item.objects else complete_list
        item_completer: Any = item.objects.item_builders if item.objects else item.complete

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            path = path_at(path, index)
            if type(value) is list or type(value) is tuple:
                return complete_items(executor, field, item.type, item_completer, path, iter(value))
            return complete_with_library(executor, field, type_, path, value)

        return complete


class AbstractPlan:
    """Objects of one GraphQL type at one position: an object type, or any type of a union or
    interface. It finds the plan by the Python class of the object."""

    def __init__(self, context: PlanContext, field: FieldPlan, type_: GraphQLOutputType) -> None:
        self.field = field
        self.type = type_
        self.named: Any = get_named_type(type_)
        types: Any = [self.named]
        if isinstance(self.named, GraphQLInterfaceType | GraphQLUnionType):
            types = context.schema.get_possible_types(self.named)
        self.object_plans = [context.object_plan(each, field, self) for each in types]

    @cached_property
    def is_sync(self) -> bool:
        return all(plan.is_sync for plan in self.object_plans)

    @cached_property
    def sync_builders(self) -> ByPythonType:
        return ByPythonType(self._sync_builder)

    @cached_property
    def builders(self) -> ByPythonType:
        return ByPythonType(self._builder)

    @cached_property
    def item_builders(self) -> ByPythonType:
        return ByPythonType(self._item_builder)

    @cached_property
    def complete(self) -> ValueCompleter:
        builders = self.builders

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            return builders[type(value)](executor, value, path, index)

        return complete

    def _sync_builder(self, cls: type) -> ObjectBuilder:
        plan = self.plan_for_class(cls)
        return plan.compiled_sync if plan else raise_fall_back

    def _builder(self, cls: type) -> ObjectBuilder:
        plan = self.plan_for_class(cls)
        if plan is None:
            return self.complete_with_library
        return (
            partial(self._build_sync, plan.compiled_sync) if plan.is_sync else plan.compiled_async
        )

    def _item_builder(self, cls: type) -> ObjectBuilder:
        """The library awaits items of a list, but nothing else that is awaitable."""
        return self.await_item if may_be_awaited(cls) else self.builders[cls]

    def _build_sync(
        self, build: ObjectBuilder, executor: Any, o: Any, path: Any, index: Any
    ) -> Any:
        try:
            return build(o)
        except Exception:
            return self.complete_with_library(executor, o, path, index)

    def complete_with_library(self, executor: Any, o: Any, path: Any, index: Any) -> Any:
        return complete_with_library(executor, self.field, self.type, path_at(path, index), o)

    def await_item(self, executor: Any, o: Any, path: Any, index: Any) -> Any:
        """For an item whose class may be awaitable."""
        if not is_awaitable(o):
            return self.complete_with_library(executor, o, path, index)
        return await_item(executor, self.field, self.type, path_at(path, index), o)

    def plan_for_class(self, cls: type) -> ObjectPlan | None:
        """The plan of the type that the library resolves for all objects of exactly this class.

        None if that depends on the object.
        """
        if cls in (NoneType, type(Undefined)) or issubclass(cls, Exception) or may_be_awaited(cls):
            return None
        if isinstance(self.named, GraphQLObjectType):
            [plan] = self.object_plans
            return plan if not plan.type.is_type_of or self._is_origin(plan, cls) else None
        if not self._is_decided_by_class(cls):
            return None
        return next((plan for plan in self.object_plans if self._is_origin(plan, cls)), None)

    def _is_decided_by_class(self, cls: type) -> bool:
        definition = self.named.extensions.get(DEFINITION)
        if isinstance(self.named, GraphQLInterfaceType):
            return not definition.resolve_type and issubclass(cls, definition.origin)
        return isinstance(self.named, GraphQLUnionType)

    def _is_origin(self, plan: ObjectPlan, cls: type) -> bool:
        """Whether the class defines the type of the plan, without any special case."""
        definition = plan.type.extensions.get(DEFINITION)
        return (
            isinstance(definition, StrawberryObjectDefinition)
            and definition.origin is cls
            and definition is vars(cls).get("__strawberry_definition__")
            and definition.is_type_of is None
            and definition.concrete_of is None
            and not definition.is_graphql_generic
            and definition.name == plan.type.name
        )


class ByPythonType(dict[type, ObjectBuilder]):
    """Builders by Python class, found when the first object of a class arrives."""

    def __init__(self, find: Callable[[type], ObjectBuilder]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, cls: type) -> ObjectBuilder:
        found = self[cls] = self._find(cls)
        return found


def raise_fall_back(o: Any) -> Any:
    raise FallBackToLibrary


def may_be_awaited(cls: type) -> bool:
    return issubclass(cls, (CoroutineType, GeneratorType)) or hasattr(cls, "__await__")
