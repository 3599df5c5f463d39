"""A schema whose objects hold, and whose resolvers return, the values that a test gives."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Annotated, Any, Union

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON
from strawberry.types.unset import UNSET

from execution.schema import Schema


class Shade(StrEnum):
    LIGHT = "light"
    DARK = "dark"


class Size(Enum):
    SMALL = 1
    LARGE = 2


strawberry.enum(Shade)
strawberry.enum(Size)


class Text(str):
    __slots__ = ()


class Oops(Exception):
    pass


@dataclass(frozen=True)
class Raises:
    """As a value: an exception. In a resolver: raised."""

    message: str

    def made(self) -> Any:
        return Oops(self.message)


@dataclass(frozen=True)
class Later:
    """An awaitable that takes a few iterations of the event loop."""

    turns: int
    what: Any

    def made(self) -> Any:
        return Awaited(self)


@dataclass(frozen=True)
class Made:
    """A value that can be consumed once, so that each execution needs its own."""

    kind: str
    items: tuple[Any, ...]

    def made(self) -> Any:
        items = [made(item) for item in self.items]
        return KINDS[self.kind](items)


class Awaited:
    def __init__(self, later: Later) -> None:
        self.later = later

    def __await__(self) -> Any:
        for _ in range(self.later.turns):
            yield from asyncio.sleep(0).__await__()
        if isinstance(self.later.what, Raises):
            raise self.later.what.made()
        return made(self.later.what)


async def one_by_one(items: list[Any]) -> AsyncIterator[Any]:
    for item in items:
        await asyncio.sleep(0)
        yield item


class Stream:
    """An async iterator that need not be consumed or closed."""

    def __init__(self, items: list[Any]) -> None:
        self.left = list(items)

    def __aiter__(self) -> "Stream":
        return self

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        if not self.left:
            raise StopAsyncIteration
        return self.left.pop(0)


def broken(items: list[Any]) -> Iterator[Any]:
    yield from items
    raise Oops("the list breaks off")


KINDS: dict[str, Any] = {
    "list": list,
    "tuple": tuple,
    "iterator": iter,
    "broken": broken,
    "stream": Stream,
}


@dataclass(frozen=True)
class Thing:
    """The recipe of an object: its class, and values for some of its attributes."""

    cls: str
    values: tuple[tuple[str, Any], ...] = ()

    def made(self) -> Any:
        cls = CLASSES[self.cls]
        given = {name: made(value) for name, value in self.values}
        thing = cls(**usual(cls))
        vars(thing).update({name: value for name, value in given.items() if name != "cast_to"})
        if (cast := given.get("cast_to")) is not None:
            strawberry.cast(CLASSES.get(str(cast), Part), thing)
        return thing


def made(recipe: Any) -> Any:
    return recipe.made() if hasattr(recipe, "made") else recipe


def act(value: Any) -> Any:
    """What a resolver does with its value."""
    if isinstance(value, Oops):
        raise value
    return value


class Shout(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        found = next_(source, info, **given)
        return found.upper() if type(found) is str else found


class Hurry(FieldExtension):
    async def resolve_async(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        if given.get("refuse"):
            raise Oops("not for you")
        return await next_(source, info, **given)


@strawberry.input
class Wish:
    size: Size = Size.SMALL
    words: list[str] | None = None
    inner: "Wish | None" = None


@strawberry.interface
class Part:
    id: strawberry.ID
    name: str
    note: str | None
    held: strawberry.Private[Any] = "held"

    @strawberry.field
    def said(self) -> str:
        return act(self.held)

    @strawberry.field
    def perhaps(self) -> int | None:
        return act(self.held)

    @strawberry.field
    async def told(self) -> str:
        await asyncio.sleep(0)
        return act(self.held)

    @strawberry.field
    async def told_maybe(self, info: strawberry.Info) -> str | None:
        return act(self.held) if info.field_name else None

    @strawberry.field(extensions=[Shout()])
    def shouted(self) -> str | None:
        return act(self.held)

    @strawberry.field(extensions=[Hurry()])
    async def hurried(self, refuse: bool = False) -> str | None:
        return act(self.held)

    @strawberry.field
    def echoed(
        self,
        info: strawberry.Info,
        wish: Wish | None = None,
        shade: Shade = Shade.DARK,
        number: int | None = UNSET,
        json: JSON | None = None,
    ) -> str:
        keys = [str(info.path.key)]
        at = info.path.prev
        while at is not None:
            keys.append(f"{at.key}:{at.typename}")
            at = at.prev
        given = f"{wish} {shade!r} {number} {json} {len(info.selected_fields)}"
        return f"{info.field_name} {info.python_name} {keys} {given} {sorted(info.variable_values)}"


@strawberry.type
class Bit(Part):
    count: int
    weight: float | None
    flag: bool
    flags: list[bool | None] | None
    shade: Shade
    size: Size | None
    at: datetime
    data: JSON
    price: Decimal | None
    numbers: list[int]
    grid: list[list[int | None]] | None


@strawberry.type
class Box(Part):
    bit: Bit
    maybe: Bit | None
    part: Part
    parts: list[Part]
    maybes: list[Part | None] | None
    nested: "list[list[Part]] | None"
    odd: "Odd"
    odds: "list[Odd] | None"
    pair: "Pair"
    pairs: "list[Pair | None]"

    @strawberry.field
    def own(self) -> Part:
        return act(self.held)

    @strawberry.field
    def own_bit(self) -> Bit | None:
        return act(self.held)

    @strawberry.field
    async def awaited_parts(self, info: strawberry.Info) -> list[Part] | None:
        await asyncio.sleep(0)
        return act(self.held)

    @strawberry.field
    async def awaited_odd(self) -> "Odd | None":
        return act(self.held)


@strawberry.type
class Pair:
    left: str
    right: Part | None
    held: strawberry.Private[Any] = "held"

    @strawberry.field
    async def both(self) -> str:
        await asyncio.sleep(0)
        return act(self.held)


@strawberry.type
class Lone:
    left: int


Odd = Annotated[Union["Pair", "Lone", "Box"], strawberry.union("Odd")]


class LikeABit(Bit):
    """A subclass in Python without a GraphQL type of its own."""


class Stranger:
    def __init__(self, **values: Any) -> None:
        vars(self).update(values)


CLASSES: dict[str, Any] = {
    each.__name__: each for each in (Bit, Box, Pair, Lone, LikeABit, Stranger)
}

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def usual(cls: type) -> dict[str, Any]:
    """Values that are valid for each field."""
    part = {"id": "1", "name": "a name", "note": None}
    if cls is Lone:
        return {"left": 1}
    if cls is Pair:
        return {"left": "left", "right": None}
    if cls in (Bit, LikeABit):
        return part | BIT
    bit = Bit(**part, **BIT)
    if cls is Box:
        return part | {
            "bit": bit,
            "maybe": None,
            "part": bit,
            "parts": [bit],
            "maybes": [None, bit],
            "nested": [[bit], []],
            "odd": Lone(left=2),
            "odds": [Lone(left=3), Pair(left="l", right=bit)],
            "pair": Pair(left="l", right=None),
            "pairs": [],
        }
    return part


BIT = {
    "count": 3,
    "weight": 1.5,
    "flag": True,
    "flags": [True, None],
    "shade": Shade.DARK,
    "size": Size.LARGE,
    "at": NOON,
    "data": {"any": ["thing", 1]},
    "price": Decimal("1.20"),
    "numbers": [1, 2],
    "grid": [[1], [None, 2]],
}


#: Values to use in place of valid ones.
ODDITIES: list[Any] = [
    None,
    UNSET,
    True,
    False,
    0,
    1,
    -(2**31),
    2**31,
    2**70,
    1.0,
    0.5,
    math.nan,
    math.inf,
    "",
    "dark",
    "DARK",
    "12",
    "\ud800",
    Text("a text"),
    Shade.LIGHT,
    Size.SMALL,
    NOON,
    Decimal(3),
    b"bytes",
    {"a": 1},
    frozenset({1}),
    range(2),
    Raises("is wrong"),
]


@dataclass
class Root:
    """The values of root fields, by name of the field."""

    values: dict[str, Any] = field(default_factory=dict)


@strawberry.type
class Query:
    @strawberry.field
    def box(self, info: strawberry.Info) -> Box:
        return act(info.context.values["box"])

    @strawberry.field
    async def maybe(self, info: strawberry.Info, turns: int = 0) -> Box | None:
        for _ in range(min(turns, 5)):
            await asyncio.sleep(0)
        return act(info.context.values["maybe"])

    @strawberry.field
    async def parts(self, info: strawberry.Info) -> list[Part]:
        return act(info.context.values["parts"])

    @strawberry.field
    def odd(self, info: strawberry.Info) -> Odd | None:
        return act(info.context.values["odd"])


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def count(self, info: strawberry.Info, by: int = 1) -> int | None:
        await asyncio.sleep(0)
        values = info.context.values
        values["count"] = values.get("count", 0) + by
        if values["count"] > 5:
            raise Oops("too many")
        return values["count"]

    @strawberry.mutation
    def change(self, info: strawberry.Info) -> Box | None:
        return act(info.context.values["box"])

    @strawberry.mutation
    async def must(self, info: strawberry.Info) -> Bit:
        info.context.values["count"] = info.context.values.get("count", 0) * 2
        return act(info.context.values["parts"])


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, info: strawberry.Info) -> AsyncIterator[Part]:
        for each in info.context.values["events"]:
            yield each

    @strawberry.subscription
    async def odds(self, info: strawberry.Info) -> AsyncIterator[Odd | None]:
        for each in info.context.values["events"]:
            yield each


def build(*, compiled: bool) -> Schema:
    return Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Bit, Box],
        compiled=compiled,
    )
