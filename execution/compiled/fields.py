"""Field plans: how a field gets its arguments and its value, worked out before execution.

Resolvers are called with extensions and arguments as Strawberry does it, but prepared once per
field: `get_arguments` and `GraphQLCoreConverter.from_resolver` step by step.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from inspect import isawaitable
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    get_argument_values,
)
from graphql.execution.collect_fields import FieldDetails
from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.relay.types import GlobalID
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext as Executor
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument, _is_leaf_type, convert_argument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.enum import has_enum_definition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.field_metadata import SAFE_TO_REPEAT
from execution.operations import find_variables

#: (object, raw info, arguments of GraphQL) -> the value, or an awaitable of it.
ResolveWithArguments = Callable[[Any, Any, dict[str, Any]], Any]
#: (value of GraphQL, Strawberry's info) -> the value for the resolver.
ArgumentConverter = Callable[[Any, Any], Any]

#: Attribute of the library's resolver that caches ours for as long as the schema lives.
RESOLVER_ATTRIBUTE = "_compiled_resolver"

#: Qualified names of the resolvers that Strawberry generates.
RESOLVER_PREFIX = f"{GraphQLCoreConverter.from_resolver.__qualname__}."


def cached_resolver(
    resolve: Any, field: StrawberryField, converter: GraphQLCoreConverter
) -> ResolveWithArguments:
    """Equivalent to `resolve`, the resolver of a GraphQL field; one for all its positions."""
    if not is_default_resolver(resolve, field, converter):
        return lambda o, info, arguments: resolve(o, info, **arguments)
    attributes = vars(resolve)
    if RESOLVER_ATTRIBUTE not in attributes:
        attributes[RESOLVER_ATTRIBUTE] = build_resolver(field, converter)
    found: ResolveWithArguments = attributes[RESOLVER_ATTRIBUTE]
    return found


def is_default_resolver(
    resolve: Any, field: StrawberryField, converter: GraphQLCoreConverter
) -> bool:
    """Whether `resolve` is Strawberry's generated resolver in the form that this module follows."""
    is_generated = getattr(resolve, "__qualname__", "").startswith(RESOLVER_PREFIX)
    is_special = field.is_basic_field or converter._get_field_exception_handlers(field)
    return is_generated and not is_special


def build_resolver(field: StrawberryField, converter: GraphQLCoreConverter) -> ResolveWithArguments:
    info_class = converter.config.info_class
    build_arguments = argument_builder(field, converter)
    takes_self = bool(field.base_resolver and field.base_resolver.self_parameter)
    extensions = build_field_extension_resolvers(field)

    def resolve(o: Any, raw_info: Any, arguments: dict[str, Any]) -> Any:
        info = info_class(_raw_info=raw_info, _field=field)
        converted = build_arguments(o, info, arguments)
        args = [o] if takes_self else []
        if takes_info := "info" in converted:
            del converted["info"]

        # Parameter names of Strawberry's function: extensions may pass them by name.
        def call(_source: Any, info: Any, **kwargs: Any) -> Any:
            if takes_info:
                kwargs["info"] = info
            return field.get_result(_source, info=info, args=args, kwargs=kwargs)

        for extension in extensions:
            call = partial(extension, call)
        return call(o, info, **converted)

    async def resolve_async(o: Any, raw_info: Any, arguments: dict[str, Any]) -> Any:
        result = resolve(o, raw_info, arguments)
        return await result if isawaitable(result) else result

    return resolve_async if field.is_async else resolve


def argument_builder(
    field: StrawberryField, converter: GraphQLCoreConverter
) -> Callable[[Any, Any, dict[str, Any]], dict[str, Any]]:
    """(object, info, arguments of GraphQL) -> the keyword arguments of the resolver."""
    name_of = converter.config.name_converter.from_argument
    parameters = [
        (name_of(each), each.python_name, argument_converter(each, converter))
        for each in field.arguments
    ]
    mappings = [extension.map_arguments for extension in field.extensions]
    resolver = field.base_resolver
    parent_names = parent_parameters(field)
    info_name = resolver.info_parameter.name if resolver and resolver.info_parameter else None

    def build(o: Any, info: Any, arguments: dict[str, Any]) -> dict[str, Any]:
        converted: dict[str, Any] = {}
        for name, python_name, convert in parameters:
            if name in arguments:
                value = arguments[name]
                converted[python_name] = convert(value, info) if convert else value
        for mapping in mappings:
            converted = mapping(converted)
        for parent_name in parent_names:
            converted[parent_name] = o
        if info_name:
            converted[info_name] = info
        return converted

    return build


def parent_parameters(field: StrawberryField) -> list[str]:
    """Names of the parameters of a resolver that take the object, besides `self`."""
    resolver = field.base_resolver
    found = resolver and (resolver.parent_parameter, resolver.root_parameter)
    return [parameter.name for parameter in found or () if parameter]


def argument_converter(
    argument: StrawberryArgument, converter: GraphQLCoreConverter
) -> ArgumentConverter | None:
    """None if the resolver takes the value of GraphQL as it is: scalars and enums."""
    type_: Any = argument.type
    while type(type_) is StrawberryOptional:
        type_ = type_.of_type
    registry, config = converter.scalar_registry, converter.config
    is_leaf = _is_leaf_type(type_, registry) or has_enum_definition(type_)
    if is_leaf and type_ is not GlobalID:
        return None
    path = (config.name_converter.from_argument(argument),)

    def convert(value: Any, info: Any) -> Any:
        return convert_argument(value, type_, registry, config, info, path=path)

    if isinstance(type_, StrawberryMaybe):
        return convert
    return lambda value, info: None if value is None else convert(value, info)


ArgumentCoercer = Callable[[Executor], dict[str, Any]]

#: Only values of these types are shared between executions.
IMMUTABLE_TYPES = (str, int, float, bool, type(None), enum.Enum)


def argument_coercer(definition: GraphQLField, node: FieldNode) -> ArgumentCoercer:
    """Coerces arguments without variables once, and the others for each execution."""
    fixed: dict[str, Any] = {}
    others: dict[str, GraphQLArgument] = {}
    for name, argument in definition.args.items():
        constant = None if has_variables(node, name) else constant_arguments(definition, node, name)
        if constant is None:
            others[name] = argument
        else:
            fixed |= constant
    if not others:
        return lambda executor: fixed
    changing = GraphQLField(definition.type, others)

    def coerce(executor: Executor) -> dict[str, Any]:
        values = get_argument_values(
            changing, node, executor.variable_values, None, executor.hide_suggestions
        )
        return {**fixed, **values}

    return coerce


def constant_arguments(
    definition: GraphQLField, node: FieldNode, name: str
) -> dict[str, Any] | None:
    """The value of one argument; None if it is invalid, which each execution reports."""
    alone = GraphQLField(definition.type, {name: definition.args[name]})
    try:
        values = get_argument_values(alone, node)
    except GraphQLError:
        return None
    return values if all(isinstance(v, IMMUTABLE_TYPES) for v in values.values()) else None


def has_variables(node: FieldNode, name: str) -> bool:
    return bool(find_variables(each for each in node.arguments or () if each.name.value == name))


DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

#: (object, executor, resolve info) -> the value, or an awaitable of it.
Resolve = Callable[[Any, Executor, Any], Any]


class NotCompilable(Exception):
    """The library executes the operation. `reason` is counted in the metrics."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(eq=False)
class FieldPlan:
    """A field of one concrete type at one position of an operation."""

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
        """Raises NotCompilable for the fields of introspection, which graphql-core defines."""
        found = self.definition.extensions.get(DEFINITION)
        if not isinstance(found, StrawberryField):
            raise NotCompilable("introspection")
        return found

    @cached_property
    def attribute(self) -> str | None:
        """The attribute of the object that a field without a resolver reads."""
        field = self.strawberry
        is_basic = field.is_basic_field and self._is_unwrapped
        return field.python_name if is_basic and field.default_resolver is getattr else None

    @cached_property
    def is_safe_to_repeat(self) -> bool:
        """Whether the field may be resolved more than once."""
        is_declared_safe = bool(self.strawberry.metadata.get(SAFE_TO_REPEAT))
        return self.attribute is not None or (is_declared_safe and self.sync_method is not None)

    @cached_property
    def sync_method(self) -> Callable[[Any], Any] | None:
        """A synchronous resolver that takes the object alone."""
        if self.strawberry.is_subscription:
            return identity
        resolver = self._direct_resolver
        if resolver is None or resolver.is_async or resolver.info_parameter:
            return None
        names = parent_parameters(self.strawberry)
        if not names and resolver.self_parameter:
            return cast("Callable[[Any], Any]", resolver.wrapped_func)
        return lambda o: resolver(*self._self_argument(o), **dict.fromkeys(names, o))

    @cached_property
    def resolver(self) -> Resolve:
        """The shortest call that gives the resolver all that it takes."""
        if attribute := self.attribute:
            return lambda o, executor, info: getattr(o, attribute)
        if method := self.sync_method:
            return lambda o, executor, info: method(o)
        if resolver := self._direct_resolver:
            return self._resolver_with_info(resolver)
        resolve = cached_resolver(self.definition.resolve, self.strawberry, self.converter)
        # Validation has ensured that all nodes of a field have equal arguments.
        arguments = argument_coercer(self.definition, self.nodes[0])
        return lambda o, executor, info: resolve(o, info, arguments(executor))

    @property
    def _is_unwrapped(self) -> bool:
        """Whether no extension, exception handler or subclass wraps the resolver."""
        field = self.strawberry
        return (
            not field.extensions
            and not self.converter._get_field_exception_handlers(field)
            and type(field).get_result is StrawberryField.get_result
        )

    @cached_property
    def _direct_resolver(self) -> StrawberryResolver[Any] | None:
        """The resolver, if it is not wrapped and takes no GraphQL arguments."""
        resolver = self.strawberry.base_resolver
        if resolver is None or self.definition.args or not self._is_unwrapped:
            return None
        return resolver if callable(resolver.wrapped_func) else None

    def _self_argument(self, o: Any) -> tuple[Any, ...]:
        resolver = self.strawberry.base_resolver
        return (o,) if resolver and resolver.self_parameter else ()

    def _resolver_with_info(self, resolver: StrawberryResolver[Any]) -> Resolve:
        field, info_class = self.strawberry, self.converter.config.info_class
        call: Any = resolver.wrapped_func
        info_name = resolver.info_parameter.name if resolver.info_parameter else None
        names = parent_parameters(self.strawberry)
        if info_name and resolver.self_parameter and not names:
            return lambda o, executor, info: call(
                o, **{info_name: info_class(_raw_info=info, _field=field)}
            )

        def resolve(o: Any, executor: Executor, info: Any) -> Any:
            arguments = dict.fromkeys(names, o)
            if info_name:
                arguments[info_name] = info_class(_raw_info=info, _field=field)
            return resolver(*self._self_argument(o), **arguments)

        return resolve


def identity(o: Any) -> Any:
    return o
