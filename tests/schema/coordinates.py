"""A schema as a flat list: every name of it, with its type."""

from collections.abc import Iterator
from typing import Any

from graphql import parse, print_ast
from graphql.language import InputValueDefinitionNode


def coordinates(sdl: str) -> dict[str, str]:
    """`Type.field(argument:)` and the like, each with the type it has."""
    return dict(found for node in parse(sdl).definitions for found in names_of(node))


def names_of(node: Any) -> Iterator[tuple[str, str]]:
    if getattr(node, "name", None) is None:
        return
    name = node.name.value
    yield name, node.kind.removesuffix("_definition").removesuffix("_type")
    for interface in getattr(node, "interfaces", None) or ():
        yield f"{name} implements {interface.name.value}", ""
    for member in getattr(node, "types", None) or ():
        yield f"{name} = {member.name.value}", ""
    for value in getattr(node, "values", None) or ():
        yield f"{name}.{value.name.value}", ""
    for field in getattr(node, "fields", None) or ():
        yield f"{name}.{field.name.value}", typed(field)
        for argument in getattr(field, "arguments", None) or ():
            yield f"{name}.{field.name.value}({argument.name.value}:)", typed(argument)


def typed(node: Any) -> str:
    """The type, and the default where it is one: null is what is meant without."""
    default = node.default_value if isinstance(node, InputValueDefinitionNode) else None
    written = print_ast(default) if default else "null"
    return print_ast(node.type) + ("" if written == "null" else f" = {written}")
