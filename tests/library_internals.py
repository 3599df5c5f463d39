"""Checks of library names that are not public API, on which the product depends nevertheless."""

import ast
import importlib
import inspect
import textwrap
from typing import Any


def find(path: str) -> Any:
    """The object at `module:Qualified.name`."""
    module, _, name = path.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        assert hasattr(found, part), f"{path} no longer exists"
        found = getattr(found, part)
    return found


def check_signature(path: str, parameters: str, used_by: str) -> None:
    """`parameters` are the names of all parameters, separated by spaces."""
    names = " ".join(inspect.signature(find(path)).parameters)
    assert names == parameters, (
        f"{path} takes ({names}) now, not ({parameters}): {used_by} depends on it"
    )


def check_attributes(path: str, attributes: str, used_by: str) -> None:
    """`attributes` are names of a class or its instances, separated by spaces."""
    cls = find(path)
    known = {name for each in cls.__mro__ for name in defined_by(each)}
    missing = sorted(set(attributes.split()) - known)
    assert not missing, f"{path} has no {', '.join(missing)} any more: {used_by} depends on it"


def defined_by(cls: type) -> set[str]:
    """Names that a class declares or assigns to `self`."""
    names = {*vars(cls), *vars(cls).get("__annotations__", ())}
    if cls.__module__ == "builtins":
        return names
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return names
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
    return names
