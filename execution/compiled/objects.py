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
from execution.compiled.fields import DEFINITION, Field
from execution.compiled.runtime import (
    Answer,
    Complete,
    answering,
    by_library,
    here,
    info_at,
    listed,
    listed_objects,
)
from execution.compiled.scalars import Unforeseen

if TYPE_CHECKING:
    from execution.compiled.plan import Plan

#: Plain: the object. Otherwise: executor, object, path, index.
Make = Callable[..., Any]


class Kind:
    """Objects of one concrete type in one place of a document."""

    def __init__(
        self,
        plan: Plan,
        type_: GraphQLObjectType,
        fields: dict[str, Field | None],
        objects: Objects | None = None,
    ) -> None:
        self.plan = plan
        self.type = type_
        #: What is answered under each name; `None` is the name of the type.
        self.fields = fields
        self.objects = objects
        self.values = {key: Value(plan, field) for key, field in fields.items() if field}

    @cached_property
    def is_plain(self) -> bool:
        """Only read, all the way down: without fields, paths or info of any kind."""
        return all(self.is_read(key) for key in self.fields)

    def is_read(self, key: str) -> bool:
        field = self.fields[key]
        return field is None or (field.is_read and self.values[key].is_plain)

    @property
    def answered(self) -> list[Field]:
        """Fields that are more than read."""
        return [field for key, field in self.fields.items() if field and not self.is_read(key)]

    @property
    def otherwise(self) -> Make | None:
        """For objects that are cast to another type, where what they are makes a difference."""
        objects = self.objects
        is_told_apart = objects and (objects.named is not self.type or self.type.is_type_of)
        return objects.by_library if objects and is_told_apart else None

    @cached_property
    def plainly(self) -> Make:
        made: Make = self.plan.made(codegen.plain(self))
        return made

    @cached_property
    def mixed(self) -> Make:
        made: Make = self.plan.made(codegen.mixed(self))
        return made

    def compile(self) -> None:
        """At once, instead of when the first of its objects turns up."""
        _ = self.plainly if self.is_plain else self.mixed

    @cached_property
    def serial(self) -> dict[str, Answer]:
        name = self.type.name
        return {
            key: answering(field, self.values[key].complete) if field else lambda *_: name
            for key, field in self.fields.items()
        }


class Value:
    """What a field answers, or an item of its list."""

    def __init__(self, plan: Plan, field: Field, type_: GraphQLOutputType | None = None) -> None:
        self.plan = plan
        self.field = field
        self.type = type_ or field.definition.type
        self.nullable = get_nullable_type(self.type)
        self.item: Value | None = None
        self.objects: Objects | None = None
        if isinstance(self.nullable, GraphQLList):
            self.item = Value(plan, field, self.nullable.of_type)
        elif not is_leaf_type(self.nullable):
            self.objects = Objects(plan, field, self.type)

    @cached_property
    def is_plain(self) -> bool:
        within = self.item or self.objects
        return within is None or within.is_plain

    @cached_property
    def complete(self) -> Complete:
        if self.is_plain:
            return self._complete_plainly()
        if self.item:
            return self._complete_list(self.item)
        assert self.objects
        return self.objects.complete

    def _complete_plainly(self) -> Complete:
        field, type_, made = self.field, self.type, self.plan.made(codegen.value(self))

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            try:
                return made(value)
            except Exception:
                return by_library(executor, field, type_, here(path, index), value)

        return complete

    def _complete_list(self, item: Value) -> Complete:
        field, type_ = self.field, self.type
        in_full = listed_objects if item.objects else listed
        one: Any = item.objects.item_makers if item.objects else item.complete

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            path = here(path, index)
            if type(value) is list or type(value) is tuple:
                return in_full(executor, field, item.type, one, path, iter(value))
            return by_library(executor, field, type_, path, value)

        return complete


class Objects:
    def __init__(self, plan: Plan, field: Field, type_: GraphQLOutputType) -> None:
        self.field = field
        self.type = type_
        self.named: Any = get_named_type(type_)
        types: Any = [self.named]
        if isinstance(self.named, GraphQLInterfaceType | GraphQLUnionType):
            types = plan.schema.get_possible_types(self.named)
        self.kinds = [plan.kind(each, field, self) for each in types]

    @cached_property
    def is_plain(self) -> bool:
        return all(kind.is_plain for kind in self.kinds)

    @cached_property
    def plain_makers(self) -> ByClass:
        return ByClass(self._plainly)

    @cached_property
    def makers(self) -> ByClass:
        return ByClass(self._mixed)

    @cached_property
    def item_makers(self) -> ByClass:
        return ByClass(self._mixed_item)

    @cached_property
    def complete(self) -> Complete:
        makers = self.makers

        def complete(executor: Any, path: Any, index: int | None, value: Any) -> Any:
            return makers[type(value)](executor, value, path, index)

        return complete

    def _plainly(self, cls: type) -> Make:
        kind = self.kind_of(cls)
        return kind.plainly if kind else unforeseen

    def _mixed(self, cls: type) -> Make:
        kind = self.kind_of(cls)
        if kind is None:
            return self.by_library
        return partial(self._all_plain, kind.plainly) if kind.is_plain else kind.mixed

    def _mixed_item(self, cls: type) -> Make:
        """Items of a list may be awaited, once."""
        return self.in_time if may_be_awaited(cls) else self.makers[cls]

    def _all_plain(self, made: Make, executor: Any, o: Any, path: Any, index: Any) -> Any:
        try:
            return made(o)
        except Exception:
            return self.by_library(executor, o, path, index)

    def by_library(self, executor: Any, o: Any, path: Any, index: Any) -> Any:
        return by_library(executor, self.field, self.type, here(path, index), o)

    def in_time(self, executor: Any, o: Any, path: Any, index: Any) -> Any:
        """An item that may have to be awaited itself."""
        if not awaits(o):
            return self.by_library(executor, o, path, index)
        field, own = self.field, here(path, index)
        info = info_at(executor, field, own)
        return executor.complete_awaitable_list_item_value(
            o, self.type, field.details, info, own, None
        )

    def kind_of(self, cls: type) -> Kind | None:
        """The type of which the library takes objects of just this class to be, if that does not
        depend on the object."""
        if cls in (NoneType, type(Undefined)) or issubclass(cls, Exception) or may_be_awaited(cls):
            return None
        if isinstance(self.named, GraphQLObjectType):
            [kind] = self.kinds
            return kind if not kind.type.is_type_of or self._is_of(kind, cls) else None
        if not self._tells_by_class(cls):
            return None
        return next((kind for kind in self.kinds if self._is_of(kind, cls)), None)

    def _tells_by_class(self, cls: type) -> bool:
        definition = self.named.extensions.get(DEFINITION)
        if isinstance(self.named, GraphQLInterfaceType):
            return not definition.resolve_type and issubclass(cls, definition.origin)
        return isinstance(self.named, GraphQLUnionType)

    def _is_of(self, kind: Kind, cls: type) -> bool:
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


class ByClass(dict[type, Make]):
    """What makes an answer of an object, worked out when the first of its class turns up."""

    def __init__(self, find: Callable[[type], Make]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, cls: type) -> Make:
        made = self[cls] = self._find(cls)
        return made


def unforeseen(o: Any) -> Any:
    raise Unforeseen


def may_be_awaited(cls: type) -> bool:
    return issubclass(cls, (CoroutineType, GeneratorType)) or hasattr(cls, "__await__")
