"""Code generation: the source of the functions that build the response.

The only text of a client in the source is names, which GraphQL's grammar restricts to words.
Everything else that a function needs is passed by reference, as a global of the function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphql import get_nullable_type
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable as is_awaitable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from execution.compiled import runtime
from execution.compiled.fields import FieldPlan
from execution.compiled.objects import ObjectPlan, ValuePlan
from execution.compiled.scalars import FallBackToLibrary, value_expression

#: Name of the function that a source defines.
FUNCTION = "build"


class SourceBuilder:
    """Lines of code, and the objects that the names in them refer to."""

    def __init__(self, *parameters: str) -> None:
        self.lines = [f"def {FUNCTION}({', '.join(parameters)}):"]
        self.names: dict[str, Any] = {}
        self._known: dict[tuple[str, int], str] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self, prefix: str, thing: Any) -> str:
        """A name for an object; the same one each time."""
        known = (prefix, id(thing))
        if known not in self._known:
            name = self._known[known] = f"{prefix}{len(self.names)}"
            self.names[name] = thing
        return self._known[known]

    def compile(self) -> tuple[Callable[..., Any], int]:
        """The function, and the length of its source."""
        source = "\n".join(self.lines)
        exec(compile(source, "<operation>", "exec"), self.names)  # noqa: S102 - see `codegen`
        return self.names[FUNCTION], len(source)


def emit_sync(plan: ObjectPlan) -> SourceBuilder:
    """`build(o)`: the response of an object without resolvers to await.

    It raises any exception where the library has to complete the object.
    """
    source = SourceBuilder("o")
    if plan.cast_fallback:
        emit_cast_check(source, f"raise {source.name('X', FallBackToLibrary)}")
    emit_reads(source, 1, plan, list(plan.fields))
    pairs = ", ".join(f"{key!r}: {field_expression(source, plan, key)}" for key in plan.fields)
    source.add(1, f"return {{{pairs}}}")
    return source


def emit_value(plan: ValuePlan) -> SourceBuilder:
    """`build(v)`: the response of a value without resolvers to await."""
    source = SourceBuilder("v")
    source.add(1, f"return {nullable_expression(source, plan, 'v')}")
    return source


def emit_async(plan: ObjectPlan) -> SourceBuilder:
    """`build(x, o, p, i)`: the response of an object with resolvers, or an awaitable of it.

    The parameters are executor, object, path and index. In the body: r are the results, w the keys
    that wait, h the path of the object.
    """
    source = SourceBuilder("x", "o", "p", "i")
    if plan.cast_fallback:
        emit_cast_check(source, f"return {source.name('X', plan.cast_fallback)}(x, o, p, i)")
    source.add(1, "r = {}")
    source.add(1, "w = []")
    if any(field and not is_sync_method(plan, field) for field in plan.resolved_fields):
        source.add(1, f"h = p if i is None else {source.name('P', Path)}(p, i, None)")
    source.add(1, "try:")
    source.add(2, "pass")
    for keys in field_groups(plan):
        emit_group(source, plan, keys)
    source.add(1, "except Exception:")
    source.add(2, f"{source.name('F', runtime.settle_pending)}(x, r, w)")
    source.add(2, "raise")
    source.add(1, f"return {source.name('F', runtime.gather_into)}(r, w) if w else r")
    return source


def emit_cast_check(source: SourceBuilder, otherwise: str) -> None:
    source.add(1, f"if getattr(o, {TYPE_CAST_ATTRIBUTE!r}, None) is not None:")
    source.add(2, otherwise)


def emit_reads(source: SourceBuilder, depth: int, plan: ObjectPlan, keys: list[str]) -> None:
    """Assigns the raw value of each field to a variable."""
    for key in keys:
        if field := plan.fields[key]:
            attribute, method = field.attribute, field.sync_method
            value = f"o.{attribute}" if attribute else f"{source.name('M', method)}(o)"
            source.add(depth, f"v_{key} = {value}")


def field_expression(source: SourceBuilder, plan: ObjectPlan, key: str) -> str:
    if plan.fields[key] is None:
        return repr(plan.type.name)
    return nullable_expression(source, plan.values[key], f"v_{key}")


def nullable_expression(source: SourceBuilder, plan: ValuePlan, name: str) -> str:
    present = non_null_expression(source, plan, name)
    is_nullable = get_nullable_type(plan.type) is plan.type
    return f"(None if {name} is None else {present})" if is_nullable else present


def non_null_expression(source: SourceBuilder, plan: ValuePlan, name: str) -> str:
    """Raises if the value is None: it fits none of the checks."""
    if plan.item:
        inner = f"{name}_"
        items = f"{name} if type({name}) is list else {source.name('S', require_tuple)}({name})"
        return f"[{nullable_expression(source, plan.item, inner)} for {inner} in ({items})]"
    if plan.objects:
        return f"{source.name('T', plan.objects.sync_builders)}[type({name})]({name})"
    leaf: Any = plan.nullable
    return value_expression(leaf, name, source.name, keeps_datetimes=plan.context.keeps_datetimes)


def require_tuple(items: Any) -> tuple[Any, ...]:
    """Lists and tuples can be iterated again by the library, if need be."""
    if type(items) is not tuple:
        raise FallBackToLibrary
    return items


def field_groups(plan: ObjectPlan) -> list[list[str]]:
    """Keys in their order; consecutive fields that are safe to repeat form one group."""
    groups: list[list[str]] = []
    was_safe = False
    for key in plan.fields:
        if (is_safe := plan.is_safe_to_repeat(key)) and was_safe:
            groups[-1].append(key)
        else:
            groups.append([key])
        was_safe = is_safe
    return groups


def emit_group(source: SourceBuilder, plan: ObjectPlan, keys: list[str]) -> None:
    field = plan.fields[keys[0]]
    if plan.is_safe_to_repeat(keys[0]):
        emit_attributes(source, plan, keys)
    elif field and is_sync_method(plan, field):
        emit_method_call(source, plan, field)
    elif field:
        emit_resolver_call(source, plan, field)


def is_sync_method(plan: ObjectPlan, field: FieldPlan) -> bool:
    return field.sync_method is not None and plan.values[field.key].is_sync


def emit_attributes(source: SourceBuilder, plan: ObjectPlan, keys: list[str]) -> None:
    fields = {key: plan.fields[key] or plan.type.name for key in keys}
    source.add(2, "try:")
    emit_reads(source, 3, plan, keys)
    for key in keys:
        source.add(3, f"r[{key!r}] = {field_expression(source, plan, key)}")
    source.add(2, "except Exception:")
    reexecute = source.name("F", runtime.reexecute_fields)
    source.add(3, f"{reexecute}(x, {source.name('A', fields)}, o, p, i, r, w)")


def emit_method_call(source: SourceBuilder, plan: ObjectPlan, field: FieldPlan) -> None:
    name = f"v_{field.key}"
    source.add(2, f"{name} = {source.name('U', runtime.UNSET)}")
    source.add(2, "try:")
    source.add(3, f"{name} = {source.name('M', field.sync_method)}(o)")
    source.add(3, f"r[{field.key!r}] = {field_expression(source, plan, field.key)}")
    source.add(2, "except Exception as e:")
    recover = source.name("F", runtime.recover_method_result)
    source.add(3, f"{recover}(x, {source.name('A', field)}, p, i, r, w, {name}, e)")


def emit_resolver_call(source: SourceBuilder, plan: ObjectPlan, field: FieldPlan) -> None:
    resolve = runtime.field_resolver(field, plan.values[field.key].complete)
    source.add(2, f"v = r[{field.key!r}] = {source.name('Q', resolve)}(x, o, h)")
    source.add(2, f"if {source.name('W', is_awaitable)}(v):")
    source.add(3, f"w.append({field.key!r})")
