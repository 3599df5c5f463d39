"""Strawberry's way to a resolver, on which all that is the same each time is found out once.

It follows `get_arguments` and `GraphQLCoreConverter.from_resolver` step by step.
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

#: The object, GraphQL's info, arguments as GraphQL has them: the value, or an awaitable of it.
ResolveWithArguments = Callable[[Any, Any, dict[str, Any]], Any]
#: A value as GraphQL has it, and Strawberry's info.
ArgumentConverter = Callable[[Any, Any], Any]

#: Where it is noted once it is known: on the function itself, which is forgotten with its schema.
RESOLVER_ATTRIBUTE = "_resolving"

RESOLVER_PREFIX = f"{GraphQLCoreConverter.from_resolver.__qualname__}."


def cached_resolver(
    resolve: Any, field: StrawberryField, converter: GraphQLCoreConverter
) -> ResolveWithArguments:
    """For what a field is resolved by: the same, called in another way, for all places of it."""
    if not is_default_resolver(resolve, field, converter):
        return lambda o, info, given: resolve(o, info, **given)
    notes = vars(resolve)
    if RESOLVER_ATTRIBUTE not in notes:
        notes[RESOLVER_ATTRIBUTE] = build_resolver(field, converter)
    found: ResolveWithArguments = notes[RESOLVER_ATTRIBUTE]
    return found


def is_default_resolver(
    resolve: Any, field: StrawberryField, converter: GraphQLCoreConverter
) -> bool:
    """Whether what a field is resolved by is what is followed here."""
    is_its_own = getattr(resolve, "__qualname__", "").startswith(RESOLVER_PREFIX)
    is_special = field.is_basic_field or converter._get_field_exception_handlers(field)
    return is_its_own and not is_special


def build_resolver(field: StrawberryField, converter: GraphQLCoreConverter) -> ResolveWithArguments:
    info_class = converter.config.info_class
    arguments = argument_builder(field, converter)
    takes_self = bool(field.base_resolver and field.base_resolver.self_parameter)
    extensions = build_field_extension_resolvers(field)

    def resolve(o: Any, raw_info: Any, given: dict[str, Any]) -> Any:
        info = info_class(_raw_info=raw_info, _field=field)
        converted = arguments(o, info, given)
        args = [o] if takes_self else []
        if wants_info := "info" in converted:
            del converted["info"]

        # The names are those of the library's function: extensions may use them.
        def call(_source: Any, info: Any, **kwargs: Any) -> Any:
            if wants_info:
                kwargs["info"] = info
            return field.get_result(_source, info=info, args=args, kwargs=kwargs)

        for extension in extensions:
            call = partial(extension, call)
        return call(o, info, **converted)

    async def resolve_async(o: Any, raw_info: Any, given: dict[str, Any]) -> Any:
        result = resolve(o, raw_info, given)
        return await result if isawaitable(result) else result

    return resolve_async if field.is_async else resolve


def argument_builder(
    field: StrawberryField, converter: GraphQLCoreConverter
) -> Callable[[Any, Any, dict[str, Any]], dict[str, Any]]:
    """What a resolver is called with by name, from the object, the info and the arguments."""
    name_of = converter.config.name_converter.from_argument
    wanted = [
        (name_of(each), each.python_name, argument_converter(each, converter))
        for each in field.arguments
    ]
    mappings = [extension.map_arguments for extension in field.extensions]
    resolver = field.base_resolver
    reserved = resolver and (resolver.parent_parameter, resolver.root_parameter)
    sources = [parameter.name for parameter in reserved or () if parameter]
    info_name = resolver.info_parameter.name if resolver and resolver.info_parameter else None

    def arguments(o: Any, info: Any, given: dict[str, Any]) -> dict[str, Any]:
        converted: dict[str, Any] = {}
        for name, python_name, convert in wanted:
            if name in given:
                value = given[name]
                converted[python_name] = convert(value, info) if convert else value
        for mapping in mappings:
            converted = mapping(converted)
        for source in sources:
            converted[source] = o
        if info_name:
            converted[info_name] = info
        return converted

    return arguments


def argument_converter(
    argument: StrawberryArgument, converter: GraphQLCoreConverter
) -> ArgumentConverter | None:
    """None where GraphQL's value is the one that is wanted, as of all scalars and enumerations."""
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
