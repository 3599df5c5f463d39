"""The functions that are generated, as text.

Nothing of a client's gets into it but names, of which GraphQL's grammar says that they are words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import get_nullable_type
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable as awaits
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

from execution.compiled import runtime, scalars
from execution.compiled.fields import FieldPlan
from execution.compiled.scalars import FallBackToLibrary

if TYPE_CHECKING:
    from execution.compiled.objects import ObjectPlan, ValuePlan


class SourceBuilder:
    """Lines of code, and the things that their names stand for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self._known: dict[tuple[str, int], str] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)

    def name(self, prefix: str, thing: Any) -> str:
        known = (prefix, id(thing))
        if known not in self._known:
            name = self._known[known] = f"{prefix}{len(self.names)}"
            self.names[name] = thing
        return self._known[known]

    def __str__(self) -> str:
        return "\n".join(self.lines)


def emit_sync(kind: ObjectPlan) -> SourceBuilder:
    """Of an object, its answer. Raises whatever where the library has to see it."""
    text = SourceBuilder()
    text.add(0, "def made(o):")
    if kind.cast_fallback:
        emit_cast_check(text, f"raise {text.name('X', FallBackToLibrary)}")
    emit_reads(text, 1, kind, list(kind.fields))
    pairs = ", ".join(f"{key!r}: {field_expression(text, kind, key)}" for key in kind.fields)
    text.add(1, f"return {{{pairs}}}")
    return text


def emit_value(answer: ValuePlan) -> SourceBuilder:
    text = SourceBuilder()
    text.add(0, "def made(v):")
    text.add(1, f"return {nullable_expression(text, answer, 'v')}")
    return text


def emit_cast_check(text: SourceBuilder, otherwise: str) -> None:
    text.add(1, f"if getattr(o, {TYPE_CAST_ATTRIBUTE!r}, None) is not None:")
    text.add(2, otherwise)


def emit_reads(text: SourceBuilder, depth: int, kind: ObjectPlan, keys: list[str]) -> None:
    for key in keys:
        if field := kind.fields[key]:
            method = None if field.attribute else f"{text.name('M', field.sync_method)}(o)"
            text.add(depth, f"v_{key} = {method or f'o.{field.attribute}'}")


def field_expression(text: SourceBuilder, kind: ObjectPlan, key: str) -> str:
    if kind.fields[key] is None:
        return repr(kind.type.name)
    return nullable_expression(text, kind.values[key], f"v_{key}")


def nullable_expression(text: SourceBuilder, answer: ValuePlan, name: str) -> str:
    present = non_null_expression(text, answer, name)
    is_nullable = get_nullable_type(answer.type) is answer.type
    return f"(None if {name} is None else {present})" if is_nullable else present


def non_null_expression(text: SourceBuilder, answer: ValuePlan, name: str) -> str:
    """What is null, though it must not be, fits nothing here."""
    if answer.item:
        inner = f"{name}_"
        items = f"{name} if type({name}) is list else {text.name('S', require_tuple)}({name})"
        return f"[{nullable_expression(text, answer.item, inner)} for {inner} in ({items})]"
    if answer.objects:
        return f"{text.name('T', answer.objects.sync_builders)}[type({name})]({name})"
    leaf: Any = answer.nullable
    return scalars.value_expression(
        leaf, name, text.name, keeps_datetimes=answer.plan.keeps_datetimes
    )


def require_tuple(items: Any) -> tuple[Any, ...]:
    """What can be read again without a difference."""
    if type(items) is not tuple:
        raise FallBackToLibrary
    return items


def emit_async(kind: ObjectPlan) -> SourceBuilder:
    """Of an object its answer, or an awaitable of it, where some of its fields have resolvers."""
    text = SourceBuilder()
    text.add(0, "def made(x, o, p, i):")
    if kind.cast_fallback:
        emit_cast_check(text, f"return {text.name('X', kind.cast_fallback)}(x, o, p, i)")
    text.add(1, "r = {}")
    text.add(1, "w = []")
    if any(field and not is_sync_method(kind, field) for field in kind.resolved_fields):
        text.add(1, f"h = p if i is None else {text.name('P', Path)}(p, i, None)")
    text.add(1, "try:")
    text.add(2, "pass")
    for keys in field_groups(kind):
        emit_group(text, kind, keys)
    text.add(1, "except Exception:")
    text.add(2, f"{text.name('F', runtime.settle_pending)}(x, r, w)")
    text.add(2, "raise")
    text.add(1, f"return {text.name('F', runtime.gather_into)}(r, w) if w else r")
    return text


def field_groups(kind: ObjectPlan) -> list[list[str]]:
    """Fields in their order, with those together that are attributes."""
    found: list[list[str]] = []
    was_read = False
    for key in kind.fields:
        if (is_read := kind.is_safe_to_repeat(key)) and was_read:
            found[-1].append(key)
        else:
            found.append([key])
        was_read = is_read
    return found


def emit_group(text: SourceBuilder, kind: ObjectPlan, keys: list[str]) -> None:
    field = kind.fields[keys[0]]
    if kind.is_safe_to_repeat(keys[0]):
        emit_attributes(text, kind, keys)
    elif field and is_sync_method(kind, field):
        emit_method_call(text, kind, field)
    elif field:
        emit_resolver_call(text, kind, field)


def is_sync_method(kind: ObjectPlan, field: FieldPlan) -> bool:
    return field.sync_method is not None and kind.values[field.key].is_sync


def emit_attributes(text: SourceBuilder, kind: ObjectPlan, keys: list[str]) -> None:
    answers = {key: kind.fields[key] or kind.type.name for key in keys}
    text.add(2, "try:")
    emit_reads(text, 3, kind, keys)
    for key in keys:
        text.add(3, f"r[{key!r}] = {field_expression(text, kind, key)}")
    text.add(2, "except Exception:")
    text.add(
        3,
        f"{text.name('F', runtime.reexecute_fields)}(x, {text.name('A', answers)}, o, p, i, r, w)",
    )


def emit_method_call(text: SourceBuilder, kind: ObjectPlan, field: FieldPlan) -> None:
    name = f"v_{field.key}"
    text.add(2, f"{name} = {text.name('U', runtime.UNSET)}")
    text.add(2, "try:")
    text.add(3, f"{name} = {text.name('M', field.sync_method)}(o)")
    text.add(3, f"r[{field.key!r}] = {field_expression(text, kind, field.key)}")
    text.add(2, "except Exception as e:")
    text.add(
        3,
        f"{text.name('F', runtime.recover_method_result)}(x, {text.name('A', field)}, p, i, r, w, {name}, e)",
    )


def emit_resolver_call(text: SourceBuilder, kind: ObjectPlan, field: FieldPlan) -> None:
    answer = runtime.field_resolver(field, kind.values[field.key].complete)
    text.add(2, f"v = r[{field.key!r}] = {text.name('Q', answer)}(x, o, h)")
    text.add(2, f"if {text.name('W', awaits)}(v):")
    text.add(3, f"w.append({field.key!r})")
