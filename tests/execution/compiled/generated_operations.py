"""Operations that a schema allows, drawn by hypothesis."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)
from hypothesis import strategies as st

#: Values of scalars by name, beyond which nothing is drawn.
Pools = dict[str, list[Any]]


@dataclass(frozen=True)
class Asked:
    text: str
    variables: dict[str, Any]


@dataclass
class Drawing:
    """One operation while it is drawn."""

    draw: Any
    schema: GraphQLSchema
    pools: Pools
    depth: int
    numbers: Any = field(default_factory=lambda: count(1))
    definitions: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)

    def chance(self, one_in: int) -> bool:
        return self.draw(st.integers(1, one_in)) == one_in

    def some(self, things: list[Any], most: int) -> list[Any]:
        if not things:
            return []
        return self.draw(st.lists(st.sampled_from(things), min_size=1, max_size=most, unique=True))

    def selections(self, type_: Any, depth: int) -> str:
        """In braces."""
        parts = ["__typename"] if self.chance(4) or not getattr(type_, "fields", None) else []
        names = self.some(self.fields_of(type_, depth), 5)
        parts.extend(self.selected(type_, name, depth) for name in names)
        if depth <= 0:
            return "{ " + " ".join(parts or ["__typename"]) + " }"
        if is_abstract_type(type_):
            types = self.some(list(self.schema.get_possible_types(type_)), 3)
            parts.extend(self.fragment(concrete, depth) for concrete in types)
        elif self.chance(5):
            parts.append(self.fragment(type_, depth))
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def fields_of(self, type_: Any, depth: int) -> list[str]:
        """Without those that would lead further down than they may."""
        return [
            name
            for name, each in getattr(type_, "fields", {}).items()
            if depth > 0 or not is_composite_type(get_named_type(each.type))
        ]

    def selected(self, type_: Any, name: str, depth: int) -> str:
        definition = type_.fields[name]
        arguments = self.arguments(definition)
        # What is asked twice under one name has to be asked in the same way.
        is_alone = arguments or is_composite_type(get_named_type(definition.type))
        alias = f"a{next(self.numbers)}: " if is_alone or self.chance(4) else ""
        if not alias and self.chance(3):
            alias = f"{type_.name}_{name}: "
        named = get_named_type(definition.type)
        inner = self.selections(named, depth - 1) if is_composite_type(named) else ""
        return f"{alias}{name}{arguments}{self.directive()} {inner}"

    def fragment(self, type_: Any, depth: int) -> str:
        conditions = [type_, *getattr(type_, "interfaces", ())]
        condition = self.draw(st.sampled_from(conditions)).name
        inner = self.selections(self.schema.type_map[condition], depth - 1)
        if self.chance(2):
            return f"... on {condition}{self.directive()} {inner}"
        name = f"F{next(self.numbers)}"
        self.fragments.append(f"fragment {name} on {condition} {inner}")
        spread = f"...{name}{self.directive()}"
        return f"{spread} ...{name}" if self.chance(5) else spread

    def directive(self) -> str:
        if not self.chance(8):
            return ""
        word = self.draw(st.sampled_from(["skip", "include"]))
        value = self.draw(st.booleans())
        shown = self.variable("Boolean!", value) if self.chance(2) else str(value).lower()
        return f" @{word}(if: {shown})"

    def arguments(self, definition: Any) -> str:
        given = []
        for name, argument in definition.args.items():
            if is_required_argument(argument) or self.chance(3):
                given.append(f"{name}: {self.given(argument.type)}")
        return f"({', '.join(given)})" if given else ""

    def given(self, type_: Any) -> str:
        value = self.value(type_)
        return self.variable(str(type_), value) if self.chance(2) else literal(value, type_)

    def variable(self, type_: str, value: Any) -> str:
        name = f"v{next(self.numbers)}"
        self.definitions.append(f"${name}: {type_}")
        self.variables[name] = value
        return f"${name}"

    def value(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.value(type_.of_type) if type_.of_type else None
        if not isinstance(type_, GraphQLNonNull) and self.chance(12):
            return None
        return self.present(type_)

    def present(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLNonNull):
            return self.present(type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self.present(type_.of_type) for _ in range(self.draw(st.integers(0, 2)))]
        if isinstance(type_, GraphQLEnumType):
            return self.draw(st.sampled_from(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self.input(type_)
        return self.draw(st.sampled_from(self.pools[type_.name]))

    def input(self, type_: GraphQLInputObjectType) -> dict[str, Any]:
        if type_.is_one_of or type_.name == "StepAnswerInput":
            [name] = self.some(list(type_.fields), 1)
            return {name: self.present(type_.fields[name].type)}
        return {
            name: (self.present if is_required_input_field(each) else self.value)(each.type)
            for name, each in type_.fields.items()
            if is_required_input_field(each) or self.chance(4)
        }


def literal(value: Any, type_: Any) -> str:
    if isinstance(type_, GraphQLNonNull):
        return literal(value, type_.of_type)
    if value is None:
        return "null"
    if isinstance(type_, GraphQLList):
        return f"[{', '.join(literal(each, type_.of_type) for each in value)}]"
    if isinstance(type_, GraphQLEnumType):
        return str(value)
    if isinstance(type_, GraphQLInputObjectType):
        fields = (f"{name}: {literal(v, type_.fields[name].type)}" for name, v in value.items())
        return "{ " + ", ".join(fields) + " }"
    return plain(value)


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\u{ord(letter):04x}" for letter in value) + '"'
    return str(value)


@st.composite
def operations(
    draw: Any,
    schema: GraphQLSchema,
    kind: str,
    pools: Pools,
    *,
    roots: list[str] | None = None,
    most: int = 3,
    depth: int = 4,
) -> Asked:
    """Of one kind, with at most so many of its fields at the root."""
    drawing = Drawing(draw, schema, pools, depth)
    root: GraphQLObjectType = getattr(schema, f"{kind}_type")
    names = drawing.some(roots or list(root.fields), most)
    inner = " ".join(drawing.selected(root, name, depth) for name in names)
    # A root whose only field is left out is no subscription.
    defined = f"({', '.join(drawing.definitions)})" if drawing.definitions else ""
    return Asked(
        "\n".join([f"{kind}{defined} {{ {inner} }}", *drawing.fragments]), drawing.variables
    )
