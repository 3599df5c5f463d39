"""What is known of a field before it is run: where its value comes from, with what arguments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.compiled.arguments import argument_coercer
from execution.compiled.resolvers import cached_resolver

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

#: In the metadata of a field: its method only tells of the object, and may be called again.
SAFE_TO_REPEAT = "may_be_read_again"

#: The object, the executor, GraphQL's info: the value, or an awaitable of it.
Resolve = Callable[[Any, Executor, Any], Any]


class NotCompilable(Exception):
    """Left to the library, for a reason that is counted."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(eq=False)
class FieldPlan:
    """A field of one concrete type in one place of a document."""

    key: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    converter: GraphQLCoreConverter

    @cached_property
    def nodes(self) -> list[FieldNode]:
        return [each.node for each in self.details]

    @cached_property
    def strawberry(self) -> StrawberryField:
        """Raises Unsupported for what the library itself brings: the schema about itself."""
        found = self.definition.extensions.get(DEFINITION)
        if not isinstance(found, StrawberryField):
            raise NotCompilable("introspection")
        return found

    @cached_property
    def attribute(self) -> str | None:
        """Of the object, where there is no resolver: it may be read more than once."""
        field = self.strawberry
        is_basic = field.is_basic_field and self._is_unwrapped
        return field.python_name if is_basic and field.default_resolver is getattr else None

    @cached_property
    def is_safe_to_repeat(self) -> bool:
        """Whether asking for it does no harm, however often."""
        says_so = bool(self.strawberry.metadata.get(SAFE_TO_REPEAT))
        return self.attribute is not None or (says_so and self.sync_method is not None)

    @cached_property
    def sync_method(self) -> Callable[[Any], Any] | None:
        """A resolver that needs the object alone."""
        if self.strawberry.is_subscription:
            return identity
        resolver = self._direct_resolver
        if resolver is None or resolver.is_async or resolver.info_parameter:
            return None
        names = self._parent_parameters
        if not names and resolver.self_parameter:
            return cast("Callable[[Any], Any]", resolver.wrapped_func)
        return lambda o: resolver(*self._self_argument(o), **dict.fromkeys(names, o))

    @cached_property
    def resolver(self) -> Resolve:
        """Whatever the resolver needs."""
        if attribute := self.attribute:
            return lambda o, executor, info: getattr(o, attribute)
        if method := self.sync_method:
            return lambda o, executor, info: method(o)
        if resolver := self._direct_resolver:
            return self._resolver_with_info(resolver)
        resolve = cached_resolver(self.definition.resolve, self.strawberry, self.converter)
        # The rules have compared the arguments of its other nodes.
        arguments = argument_coercer(self.definition, self.nodes[0])
        return lambda o, executor, info: resolve(o, info, arguments(executor))

    @property
    def _is_unwrapped(self) -> bool:
        """Whether nothing stands between Strawberry's resolver and the value."""
        field = self.strawberry
        return (
            not field.extensions
            and not self.converter._get_field_exception_handlers(field)
            and type(field).get_result is StrawberryField.get_result
        )

    @cached_property
    def _direct_resolver(self) -> StrawberryResolver[Any] | None:
        """One that is called as it is, without arguments of the document."""
        resolver = self.strawberry.base_resolver
        if resolver is None or self.definition.args or not self._is_unwrapped:
            return None
        return resolver if callable(resolver.wrapped_func) else None

    @property
    def _parent_parameters(self) -> list[str]:
        resolver = self.strawberry.base_resolver
        found = resolver and (resolver.parent_parameter, resolver.root_parameter)
        return [parameter.name for parameter in found or () if parameter]

    def _self_argument(self, o: Any) -> tuple[Any, ...]:
        resolver = self.strawberry.base_resolver
        return (o,) if resolver and resolver.self_parameter else ()

    def _resolver_with_info(self, resolver: StrawberryResolver[Any]) -> Resolve:
        field, info_class = self.strawberry, self.converter.config.info_class
        call: Any = resolver.wrapped_func
        name = resolver.info_parameter
        if name and resolver.self_parameter and not self._parent_parameters:
            named = name.name
            return lambda o, executor, info: call(
                o, **{named: info_class(_raw_info=info, _field=field)}
            )
        return self._resolver_with_parent(resolver, name.name if name else None)

    def _resolver_with_parent(
        self, resolver: StrawberryResolver[Any], info_name: str | None
    ) -> Resolve:
        field, info_class, names = (
            self.strawberry,
            self.converter.config.info_class,
            self._parent_parameters,
        )

        def begin(o: Any, executor: Executor, info: Any) -> Any:
            given = dict.fromkeys(names, o)
            if info_name:
                given[info_name] = info_class(_raw_info=info, _field=field)
            return resolver(*self._self_argument(o), **given)

        return begin


def identity(o: Any) -> Any:
    return o
