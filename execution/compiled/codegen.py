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
from execution.compiled.fields import Field
from execution.compiled.scalars import Unforeseen

if TYPE_CHECKING:
    from execution.compiled.objects import Kind, Value


class Text:
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


def plain(kind: Kind) -> Text:
    """Of an object, its answer. Raises whatever where the library has to see it."""
    text = Text()
    text.add(0, "def made(o):")
    if kind.otherwise:
        add_cast(text, f"raise {text.name('X', Unforeseen)}")
    read(text, 1, kind, list(kind.fields))
    pairs = ", ".join(f"{key!r}: {expressed(text, kind, key)}" for key in kind.fields)
    text.add(1, f"return {{{pairs}}}")
    return text


def value(answer: Value) -> Text:
    text = Text()
    text.add(0, "def made(v):")
    text.add(1, f"return {expression(text, answer, 'v')}")
    return text


def add_cast(text: Text, otherwise: str) -> None:
    text.add(1, f"if getattr(o, {TYPE_CAST_ATTRIBUTE!r}, None) is not None:")
    text.add(2, otherwise)


def read(text: Text, depth: int, kind: Kind, keys: list[str]) -> None:
    for key in keys:
        if field := kind.fields[key]:
            method = None if field.attribute else f"{text.name('M', field.method)}(o)"
            text.add(depth, f"v_{key} = {method or f'o.{field.attribute}'}")


def expressed(text: Text, kind: Kind, key: str) -> str:
    if kind.fields[key] is None:
        return repr(kind.type.name)
    return expression(text, kind.values[key], f"v_{key}")


def expression(text: Text, answer: Value, name: str) -> str:
    present = of_present(text, answer, name)
    is_nullable = get_nullable_type(answer.type) is answer.type
    return f"(None if {name} is None else {present})" if is_nullable else present


def of_present(text: Text, answer: Value, name: str) -> str:
    """What is null, though it must not be, fits nothing here."""
    if answer.item:
        inner = f"{name}_"
        items = f"{name} if type({name}) is list else {text.name('S', as_tuple)}({name})"
        return f"[{expression(text, answer.item, inner)} for {inner} in ({items})]"
    if answer.objects:
        return f"{text.name('T', answer.objects.plain_makers)}[type({name})]({name})"
    leaf: Any = answer.nullable
    return scalars.expression(leaf, name, text.name, keeps_times=answer.plan.keeps_times)


def as_tuple(items: Any) -> tuple[Any, ...]:
    """What can be read again without a difference."""
    if type(items) is not tuple:
        raise Unforeseen
    return items


def mixed(kind: Kind) -> Text:
    """Of an object its answer, or an awaitable of it, where some of its fields have resolvers."""
    text = Text()
    text.add(0, "def made(x, o, p, i):")
    if kind.otherwise:
        add_cast(text, f"return {text.name('X', kind.otherwise)}(x, o, p, i)")
    text.add(1, "r = {}")
    text.add(1, "w = []")
    if any(field and not is_method(kind, field) for field in kind.answered):
        text.add(1, f"h = p if i is None else {text.name('P', Path)}(p, i, None)")
    text.add(1, "try:")
    text.add(2, "pass")
    for keys in stretches(kind):
        add_stretch(text, kind, keys)
    text.add(1, "except Exception:")
    text.add(2, f"{text.name('F', runtime.settle)}(x, r, w)")
    text.add(2, "raise")
    text.add(1, f"return {text.name('F', runtime.joined)}(r, w) if w else r")
    return text


def stretches(kind: Kind) -> list[list[str]]:
    """Fields in their order, with those together that are attributes."""
    found: list[list[str]] = []
    was_read = False
    for key in kind.fields:
        if (is_read := kind.is_read(key)) and was_read:
            found[-1].append(key)
        else:
            found.append([key])
        was_read = is_read
    return found


def add_stretch(text: Text, kind: Kind, keys: list[str]) -> None:
    field = kind.fields[keys[0]]
    if kind.is_read(keys[0]):
        add_attributes(text, kind, keys)
    elif field and is_method(kind, field):
        add_method(text, kind, field)
    elif field:
        add_answer(text, kind, field)


def is_method(kind: Kind, field: Field) -> bool:
    return field.method is not None and kind.values[field.key].is_plain


def add_attributes(text: Text, kind: Kind, keys: list[str]) -> None:
    answers = {key: kind.fields[key] or kind.type.name for key in keys}
    text.add(2, "try:")
    read(text, 3, kind, keys)
    for key in keys:
        text.add(3, f"r[{key!r}] = {expressed(text, kind, key)}")
    text.add(2, "except Exception:")
    text.add(3, f"{text.name('F', runtime.again)}(x, {text.name('A', answers)}, o, p, i, r, w)")


def add_method(text: Text, kind: Kind, field: Field) -> None:
    name = f"v_{field.key}"
    text.add(2, f"{name} = {text.name('U', runtime.UNSET)}")
    text.add(2, "try:")
    text.add(3, f"{name} = {text.name('M', field.method)}(o)")
    text.add(3, f"r[{field.key!r}] = {expressed(text, kind, field.key)}")
    text.add(2, "except Exception as e:")
    text.add(
        3, f"{text.name('F', runtime.after)}(x, {text.name('A', field)}, p, i, r, w, {name}, e)"
    )


def add_answer(text: Text, kind: Kind, field: Field) -> None:
    answer = runtime.answering(field, kind.values[field.key].complete)
    text.add(2, f"v = r[{field.key!r}] = {text.name('Q', answer)}(x, o, h)")
    text.add(2, f"if {text.name('W', awaits)}(v):")
    text.add(3, f"w.append({field.key!r})")
