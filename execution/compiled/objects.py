"""Objects in one place of a document, by the Python class of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from types import CoroutineType, GeneratorType, NoneType
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
)
from strawberry.execution import optimized_is_awaitable as awaits
from strawberry.types.base import StrawberryObjectDefinition

from execution.compiled import codegen
from execution.compiled.fields import DEFINITION, FieldPlan
from execution.compiled.runtime import (
    FieldResolver,
    ValueCompleter,
    complete_list,
    complete_object_list,
    complete_with_library,
    field_resolver,
    path_at,
    resolve_info_at,
)
from execution.compiled.scalars import FallBackToLibrary

if TYPE_CHECKING:
    from execution.compiled.plan import OperationPlan

#: Plain: the object. Otherwise: executor, object, path, index.
ObjectBuilder = Callable[..., Any]


class ObjectPlan:
    """Objects of one concrete type in one place of a document."""

    def __init__(
        self,
        plan: OperationPlan,
        type_: GraphQLObjectType,
        fields: dict[str, FieldPlan | None],
        objects: AbstractPlan | None = None,
    ) -> None:
        self.plan = plan
        self.type = type_
        #: What is answered under each name; `None` is the name of the type.
        self.fields = fields
        self.objects = objects
        self.values = {key: ValuePlan(plan, field) for key, field in fields.items() if field}

    @cached_property
    def is_sync(self) -> bool:
        """Only read, all the way down: without fields, paths or info of any kind."""
        return all(self.is_safe_to_repeat(key) for key in self.fields)

    def is_safe_to_repeat(self, key: str) -> bool:
        field = self.fields[key]
        return field is None or (field.is_safe_to_repeat and self.values[key].is_sync)

    @property
    def resolved_fields(self) -> list[FieldPlan]:
        """Fields that are more than read."""
        return [
            field for key, field in self.fields.items() if field and not self.is_safe_to_repeat(key)
        ]

    @property
    def cast_fallback(self) -> ObjectBuilder | None:
        """For objects that are cast to another type, where what they are makes a difference."""
        objects = self.objects
        is_told_apart = objects and (objects.named is not self.type or self.type.is_type_of)
        return objects.complete_with_library if objects and is_told_apart else None

    @cached_property
    def compiled_sync(self) -> ObjectBuilder:
        made: ObjectBuilder = self.plan.compile_source(codegen.emit_sync(self))
        return made

    @cached_property
    def compiled_async(self) -> ObjectBuilder:
        made: ObjectBuilder = self.plan.compile_source(codegen.emit_async(self))
        return made

    def compile(self) -> None:
        """At once, instead of when the first of its objects turns up."""
        _ = self.compiled_sync if self.is_sync else self.compiled_async

    @cached_property
    def serial_resolvers(self) -> dict[str, FieldResolver]:
        name = self.type.name
        return {
            key: field_resolver(field, self.values[key].complete) if field else lambda *_: name
            for key, field in self.fields.items()
        }


class ValuePlan:
    """What a field answers, or an item of its list."""

    def __init__(
        self, plan: OperationPlan, field: FieldPlan, type_: GraphQLOutputType | None = None
    ) -> None:
        self.plan = plan
        self.field = field
        self.type = type_ or field.definition.type
        self.nullable = get_nullable_type(self.type)
        self.item: ValuePlan | None = None
        self.objects: AbstractPlan | None = None
        if isinstance(self.nullable, GraphQLList):
            self.item = ValuePlan(plan, field, self.nullable.of_type)
        elif not is_leaf_type(self.nullable):
            self.objects = AbstractPlan(plan, field, self.type)

    @cached_property
    def is_sync(self) -> bool:
        within = self.item or self.objects
        return within is None or within.is_sync

    @cached_property
    def complete(self) -> ValueCompleter:
        if self.is_sync:
            return self._complete_sync()
        if self.item:
            return self._complete_list(self.item)
        assert self.objects
        return self.objects.complete

    def _complete_sync(self) -> ValueCompleter:
        field, type_, made = (
            self.field,
            self.type,
            self.plan.compile_source(codegen.emit_value(self)),
        )

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            try:
                return made(value)
            except Exception:
                return complete_with_library(executor, field, type_, path_at(path, index), value)

        return complete

    def _complete_list(self, item: ValuePlan) -> ValueCompleter:
        field, type_ = self.field, self.type
        in_full = complete_object_list if item.objects else complete_list
        one: Any = item.objects.item_builders if item.objects else item.complete

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            path = path_at(path, index)
            if type(value) is list or type(value) is tuple:
                return in_full(executor, field, item.type, one, path, iter(value))
            return complete_with_library(executor, field, type_, path, value)

        return complete


class AbstractPlan:
    def __init__(self, plan: OperationPlan, field: FieldPlan, type_: GraphQLOutputType) -> None:
        self.field = field
        self.type = type_
        self.named: Any = get_named_type(type_)
        types: Any = [self.named]
        if isinstance(self.named, GraphQLInterfaceType | GraphQLUnionType):
            types = plan.schema.get_possible_types(self.named)
        self.object_plans = [plan.object_plan(each, field, self) for each in types]

    @cached_property
    def is_sync(self) -> bool:
        return all(kind.is_sync for kind in self.object_plans)

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
        makers = self.builders

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            return makers[type(value)](executor, value, path, index)

        return complete

    def _sync_builder(self, cls: type) -> ObjectBuilder:
        kind = self.plan_for_class(cls)
        return kind.compiled_sync if kind else raise_fall_back

    def _builder(self, cls: type) -> ObjectBuilder:
        kind = self.plan_for_class(cls)
        if kind is None:
            return self.complete_with_library
        return (
            partial(self._build_sync, kind.compiled_sync) if kind.is_sync else kind.compiled_async
        )

    def _item_builder(self, cls: type) -> ObjectBuilder:
        """Items of a list may be awaited, once."""
        return self.await_item if may_be_awaited(cls) else self.builders[cls]

    def _build_sync(self, made: ObjectBuilder, executor: Any, o: Any, path: Any, index: Any) -> Any:
        try:
            return made(o)
        except Exception:
            return self.complete_with_library(executor, o, path, index)

    def complete_with_library(self, executor: Any, o: Any, path: Any, index: Any) -> Any:
        return complete_with_library(executor, self.field, self.type, path_at(path, index), o)

    def await_item(self, executor: Any, o: Any, path: Any, index: Any) -> Any:
        """An item that may have to be awaited itself."""
        if not awaits(o):
            return self.complete_with_library(executor, o, path, index)
        field, own = self.field, path_at(path, index)
        info = resolve_info_at(executor, field, own)
        return executor.complete_awaitable_list_item_value(
            o, self.type, field.details, info, own, None
        )

    def plan_for_class(self, cls: type) -> ObjectPlan | None:
        """The type of which the library takes objects of just this class to be, if that does not
        depend on the object."""
        if cls in (NoneType, type(Undefined)) or issubclass(cls, Exception) or may_be_awaited(cls):
            return None
        if isinstance(self.named, GraphQLObjectType):
            [kind] = self.object_plans
            return kind if not kind.type.is_type_of or self._is_of(kind, cls) else None
        if not self._is_decided_by_class(cls):
            return None
        return next((kind for kind in self.object_plans if self._is_of(kind, cls)), None)

    def _is_decided_by_class(self, cls: type) -> bool:
        definition = self.named.extensions.get(DEFINITION)
        if isinstance(self.named, GraphQLInterfaceType):
            return not definition.resolve_type and issubclass(cls, definition.origin)
        return isinstance(self.named, GraphQLUnionType)

    def _is_of(self, kind: ObjectPlan, cls: type) -> bool:
        definition = kind.type.extensions.get(DEFINITION)
        return (
            isinstance(definition, StrawberryObjectDefinition)
            and definition.origin is cls
            and definition is vars(cls).get("__strawberry_definition__")
            and definition.is_type_of is None
            and definition.concrete_of is None
            and not definition.is_graphql_generic
            and definition.name == kind.type.name
        )


class ByPythonType(dict[type, ObjectBuilder]):
    """What makes an answer of an object, worked out when the first of its class turns up."""

    def __init__(self, find: Callable[[type], ObjectBuilder]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, cls: type) -> ObjectBuilder:
        made = self[cls] = self._find(cls)
        return made


def raise_fall_back(o: Any) -> Any:
    raise FallBackToLibrary


def may_be_awaited(cls: type) -> bool:
    return issubclass(cls, (CoroutineType, GeneratorType)) or hasattr(cls, "__await__")
