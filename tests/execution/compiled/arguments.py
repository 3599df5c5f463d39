"""A schema whose resolvers return the arguments that they receive."""

import asyncio
from collections.abc import Callable
from datetime import date
from enum import Enum
from functools import wraps
from typing import Annotated, Any

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.relay import GlobalID
from strawberry.types.field import StrawberryField
from strawberry.types.unset import UNSET

from execution.schema import Schema
from tests.execution.compiled.awkward_schema import Shade, Size, Wish


class Refused(Exception):
    pass


class Handled(Exception):
    pass


@strawberry.enum
class Sort(Enum):
    UP = "ascending"
    DOWN = strawberry.enum_value("descending", name="DOWNWARDS")


@strawberry.input(one_of=True)
class Choice:
    number: strawberry.Maybe[int]
    word: strawberry.Maybe[str]


@strawberry.input
class Patch:
    name: strawberry.Maybe[str]
    note: strawberry.Maybe[str | None]
    some_size: Size | None = UNSET


@strawberry.input
class Span:
    """An input that converts itself."""

    start: int
    end: int | None


def spanned(cls: type, value: Any, context: Any) -> str:
    return f"{cls.__name__} {value} at {context.path} of {context.info.field_name}"


Span.__strawberry_definition__.from_input = spanned  # type: ignore[attr-defined]


def everything(
    info: strawberry.Info,
    number: int = 7,
    text: str | None = "as it is",
    id: strawberry.ID | None = None,
    unset: float | None = UNSET,
    day: date | None = None,
    shade: Shade = Shade.DARK,
    size: Size | None = None,
    sort_by: Sort | None = Sort.UP,
    sizes: list[Size] | None = None,
    numbers: list[int | None] = [1, 2],  # noqa: B006 - the library copies it
    wish: Wish | None = None,
    wishes: list[Wish | None] | None = None,
    patch: Patch | None = UNSET,
    span: Span | None = None,
    choice: Choice | None = None,
    maybe: strawberry.Maybe[int] = None,
    maybe_null: strawberry.Maybe[Shade | None] = None,
    maybe_wish: strawberry.Maybe[Wish] = None,
    node: GlobalID | None = None,
    lazy: Annotated["Patch", strawberry.lazy(__name__)] | None = None,
    renamed: Annotated[int | None, strawberry.argument(name="otherName")] = None,
) -> str:
    given = {name: value for name, value in locals().items() if name != "info"}
    numbers.append(0)
    return told(info, given)


def told(info: strawberry.Info, given: dict[str, Any]) -> str:
    if given.get("number") == 0:
        raise Refused("nothing to be told")
    return f"{info.field_name} {info.path.as_list()} {given!r}"


def by_name_alone(*, number: int, size: Size | None = None, source: str = "a") -> str:
    return repr((number, size, source))


def delayed(resolver: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(resolver)
    async def resolve(*args: Any, **given: Any) -> Any:
        await asyncio.sleep(0)
        return resolver(*args, **given)

    return resolve


class Refuses(FieldExtension):
    """Raises for a negative number."""

    def check(self, given: dict[str, Any]) -> None:
        if (given.get("number") or 0) < 0:
            raise Refused(f"not for you: {given!r}")

    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        self.check(given)
        return next_(source, info, **given)

    async def resolve_async(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        self.check(given)
        return await next_(source, info, **given)


class Doubles(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        if given.get("number"):
            given["number"] *= 2
        return next_("another", info=info, **given) + " doubled"


class Waits(FieldExtension):
    async def resolve_async(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        await asyncio.sleep(0)
        return f"{await next_(source, info, **given)} of {sorted(given)}"


class Maps(FieldExtension):
    def map_arguments(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "text": f"{given.get('number')} in words"}


class Allowed(BasePermission):
    message = "only the even"

    def has_permission(self, source: Any, info: Any, **given: Any) -> bool:
        return given.get("number", 7) % 2 == 0


@strawberry.type
class Mistake:
    message: str


class Mistakes:
    exception_type = Handled
    error_type = Mistake

    def handle(self, exception: Handled, *, field: Any, info: Any) -> Mistake:
        return Mistake(message=str(exception))


@strawberry.type
class Said:
    text: str


class Peculiar(StrawberryField):
    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        return f"{source.name} {info} {args} {kwargs}"


@strawberry.type
class Thing:
    name: str
    peculiar: str = Peculiar(default="")

    @strawberry.field
    def own(self, number: int = 1, size: Size | None = None) -> str:
        return repr((self.name, number, size))

    @strawberry.field(extensions=[Refuses()])
    async def own_later(self, info: strawberry.Info, number: int | None = None) -> str:
        return f"{self.name} {info.path.as_list()} {number}"

    @strawberry.field(extensions=[Doubles()])
    def own_doubled(self, number: int = 1) -> str:
        return f"{self.name} {number}"

    @strawberry.field
    def by_parent(parent: strawberry.Parent["Thing"], number: int | None = UNSET) -> str:  # noqa: N805
        return f"{parent.name} {number!r}"

    @strawberry.field(extensions=[Waits()])
    def by_root(root, inf: strawberry.Info, size: Size = Size.SMALL) -> str:  # noqa: N805
        return f"{root.name} {inf.field_name} {size}"

    @strawberry.field
    @staticmethod
    def of_none(number: int = 3) -> str:
        return str(number)


@strawberry.type
class Query:
    plain: str = strawberry.field(resolver=everything)
    later: str = strawberry.field(resolver=delayed(everything))
    guarded: str = strawberry.field(resolver=everything, extensions=[Refuses()])
    guarded_later: str = strawberry.field(resolver=delayed(everything), extensions=[Refuses()])
    doubled: str | None = strawberry.field(resolver=everything, extensions=[Doubles(), Refuses()])
    waited: str | None = strawberry.field(resolver=everything, extensions=[Refuses(), Waits()])
    mapped: str = strawberry.field(resolver=everything, extensions=[Maps(), Refuses()])
    permitted: str | None = strawberry.field(resolver=everything, permission_classes=[Allowed])
    by_name: str | None = strawberry.field(resolver=by_name_alone)
    by_name_waited: str | None = strawberry.field(resolver=delayed(by_name_alone))

    @strawberry.field
    async def thing(self, name: str = "thing") -> Thing | None:
        return Thing(name=name)

    @strawberry.field
    def handled(self, number: int = 0) -> Annotated[Said | Mistake, strawberry.union("Outcome")]:
        if number:
            raise Handled(f"not {number}")
        return Said(text="nothing")


def build(*, compiled: bool) -> Schema:
    return Schema(query=Query, compiled=compiled, exception_handlers=[Mistakes()])
