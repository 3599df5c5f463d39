"""Compiled execution gives the same results and errors as the library, for arbitrary values."""

import asyncio
import re
from typing import Any

import pytest
from graphql import execute, parse, subscribe, validate
from hypothesis import assume, given
from hypothesis import strategies as st

from execution.compiled.plan_cache import PlannedExecutor
from tests.execution.compiled import awkward_schema
from tests.execution.compiled.awkward_schema import CLASSES, ODDITIES, Later, Made, Root, Thing
from tests.execution.compiled.generated_operations import Asked, operations
from tests.fuzzing import random_examples

COMPILED = awkward_schema.build(compiled=True)
LIBRARY = awkward_schema.build(compiled=False)


# Neither implementation awaits a coroutine that is cancelled before it starts.
pytestmark = [
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

POOLS = {
    "ID": ["1", ""],
    "String": ["", "a", "\n\"'{}"],
    "Int": [0, 1, 2, -1, 2**31 - 1],
    "Float": [0.5, 1],
    "Boolean": [True, False],
    "JSON": ["text", 1, True],
}

oddities = st.sampled_from(ODDITIES)


def wrapped(values: Any) -> Any:
    lists = st.lists(values, max_size=3).map(tuple)
    return (
        st.builds(Later, st.integers(0, 3), values)
        | st.builds(Made, st.sampled_from(sorted(awkward_schema.KINDS)), lists)
        | st.builds(Thing, st.sampled_from(sorted(CLASSES)), attributes(values))
    )


def attributes(values: Any) -> Any:
    """A few only: an error in every field would hide differences in one of them."""
    names = sorted(
        {
            *awkward_schema.usual(awkward_schema.Box),
            *awkward_schema.usual(awkward_schema.Bit),
            "left",
            "right",
        }
    )
    odd = st.tuples(st.sampled_from([*names, "held", "held"]), values)
    cast = st.tuples(st.just("cast_to"), st.sampled_from([*CLASSES, "none"]))
    return st.lists(odd | odd | odd | odd | odd | cast, max_size=3).map(tuple)


values = st.recursive(oddities, wrapped, max_leaves=8)
things = st.builds(Thing, st.sampled_from(["Bit", "Box", "Box", "Pair"]), attributes(values))
boxes = st.builds(Thing, st.just("Box"), attributes(values | things))
lists = st.builds(
    Made,
    st.sampled_from(["list", "list", "tuple", "stream"]),
    st.lists(things, max_size=3).map(tuple),
)
roots = st.fixed_dictionaries(
    {
        "box": boxes | values,
        "maybe": boxes | values,
        "parts": lists | values,
        "odd": things | values,
        "events": st.lists(things | values, min_size=1, max_size=3).map(tuple),
    }
)


def context(recipes: dict[str, Any]) -> Root:
    made = {
        name: awkward_schema.made(recipe) for name, recipe in recipes.items() if name != "events"
    }
    return Root(made | {"events": [awkward_schema.made(each) for each in recipes["events"]]})


async def outcome(schema: Any, document: Any, asked: Asked, recipes: dict[str, Any]) -> Any:
    given = {
        "context_value": context(recipes),
        "variable_values": asked.variables,
        "executor_class": PlannedExecutor,
        "hide_suggestions": True,
        "operation_extensions": {},
    }
    if asked.text.startswith("subscription"):
        result = await awaited(subscribe(schema._schema, document, **given))
        told = [each async for each in result] if hasattr(result, "__aiter__") else [result]
    else:
        told = [await awaited(execute(schema._schema, document, **given))]
    # Work in the background must not change the result any more.
    for _ in range(5):
        await asyncio.sleep(0)
    return [(shown(each.data), [shown_error(e) for e in each.errors or ()]) for each in told]


async def awaited(value: Any) -> Any:
    return await value if hasattr(value, "__await__") else value


def shown(data: Any) -> str:
    """As text that shows the types of values, the order of keys, and NaN."""
    return without_addresses(repr(data))


def without_addresses(text: str) -> str:
    return re.sub(" at 0x[0-9a-f]+", "", text)


def shown_error(error: Any) -> Any:
    return (
        without_addresses(error.message),
        error.path,
        error.locations,
        type(error.original_error),
    )


async def compare(asked: Asked, recipes: dict[str, Any]) -> Any:
    document = parse(asked.text)
    assume(not validate(COMPILED._schema, document))
    before = COMPILED.plan_cache.fallback_counts.total()
    ours = await outcome(COMPILED, document, asked, recipes)
    assert COMPILED.plan_cache.fallback_counts.total() == before, (
        COMPILED.plan_cache.fallback_counts
    )
    theirs = await outcome(LIBRARY, document, asked, recipes)
    assert ours == theirs, asked.text
    # A second time, with all functions compiled.
    assert await outcome(COMPILED, document, asked, recipes) == theirs
    return ours


def asking(kind: str) -> Any:
    most = 1 if kind == "subscription" else 4
    return operations(COMPILED._schema, kind, POOLS, most=most)


@random_examples
@given(asked=asking("query"), recipes=roots)
async def test_queries(asked, recipes):
    await compare(asked, recipes)


@random_examples
@given(asked=asking("mutation"), recipes=roots)
async def test_mutations(asked, recipes):
    await compare(asked, recipes)


@random_examples
@given(asked=asking("subscription"), recipes=roots)
async def test_subscriptions(asked, recipes):
    await compare(asked, recipes)
