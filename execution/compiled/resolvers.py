"""Calls resolvers with extensions and arguments, as Strawberry does, but prepared once per field.

Follows `get_arguments` and `GraphQLCoreConverter.from_resolver` of Strawberry step by step.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from inspect import isawaitable
from typing import Any

from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.relay.types import GlobalID
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument, _is_leaf_type, convert_argument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional
from strawberry.types.enum import has_enum_definition
from strawberry.types.field import StrawberryField

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
    reserved = resolver and (resolver.parent_parameter, resolver.root_parameter)
    parent_names = [parameter.name for parameter in reserved or () if parameter]
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


def argument_converter(
    argument: StrawberryArgument, converter: GraphQLCoreConverter
) -> ArgumentConverter | None:
    """None if the resolver takes the value of GraphQL as it is: scalars and enums."""
    type_: Any = argument.type
    while type(type_) is StrawberryOptional:
        type_ = type_.of_type
    if type_ is not GlobalID and is_leaf_type(type_, converter):
        return None
    registry, config = converter.scalar_registry, converter.config
    path = (config.name_converter.from_argument(argument),)

    def convert(value: Any, info: Any) -> Any:
        return convert_argument(value, type_, registry, config, info, path=path)

    if isinstance(type_, StrawberryMaybe):
        return convert
    return lambda value, info: None if value is None else convert(value, info)


def is_leaf_type(type_: Any, converter: GraphQLCoreConverter) -> bool:
    return _is_leaf_type(type_, converter.scalar_registry) or has_enum_definition(type_)
