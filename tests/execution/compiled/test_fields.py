"""Compiled execution passes the same arguments to resolvers as the library, and reports the same
errors."""

import pytest
from graphql import execute, parse, validate
from hypothesis import assume, given
from strawberry.schema import schema_converter

from execution.compiled.plan_cache import PlannedExecutor
from tests.execution.compiled import arguments
from tests.execution.compiled.generated_operations import Asked, operations
from tests.execution.compiled.test_awkward_values import POOLS, awaited, shown_error
from tests.fuzzing import random_examples

COMPILED = arguments.build(compiled=True)
LIBRARY = arguments.build(compiled=False)

NODE = "VGhpbmc6MQ=="
pools = POOLS | {"Date": ["2026-01-02", "no date"], "ID": ["1", "", NODE]}

FIELDS = ["plain", "later", "guarded", "guardedLater", "doubled", "waited", "mapped", "permitted"]
ASKED = [
    "",
    "number: 8",
    "number: -1",
    "number: 0",
    'text: null, id: 12, unset: 1, day: "2026-01-02"',
    'text: "", unset: null, day: null',
    "shade: LIGHT, size: null, sortBy: null",
    "size: LARGE, sortBy: DOWNWARDS, sizes: [SMALL, LARGE], numbers: [3, null]",
    "sizes: SMALL, numbers: []",
    'wish: {}, wishes: [{ size: LARGE, words: "a" }, null]',
    "wish: { inner: { inner: null } }, patch: null, span: null, lazy: null",
    'patch: {}, lazy: { name: "a", note: null, someSize: LARGE }',
    "patch: { name: null }",
    'choice: { word: "a" }',
    "maybe: 1, maybeNull: DARK, maybeWish: { words: [] }",
    "maybeNull: null",
    "maybe: null",
    "maybeWish: null",
    "span: { start: 1, end: null }",
    f'node: "{NODE}"',
    'node: "nonsense"',
    "node: null, otherName: 3",
]
NUMBERS = [{}, {"n": None}, {"n": 8}, {"n": -2}, {"n": 0}, {"n": "no number"}, {"n": 2**40}]


async def outcome(schema, text, variables):
    result = await awaited(
        execute(
            schema._schema,
            parse(text),
            variable_values=variables,
            executor_class=PlannedExecutor,
        )
    )
    return result.data, [shown_error(error) for error in result.errors or ()]


async def compare(text, variables=None):
    before = COMPILED.plan_cache.fallback_counts.total()
    theirs = await outcome(LIBRARY, text, variables)
    # A second time, with the plan in the cache.
    for _ in range(2):
        assert await outcome(COMPILED, text, variables) == theirs
    assert COMPILED.plan_cache.fallback_counts.total() == before
    return theirs


@pytest.mark.parametrize("given", ASKED)
async def test_arguments_in_the_document(given):
    fields = " ".join(f"{name}({given})" if given else name for name in FIELDS)
    for text in (f"{{ {fields} }}", *(f"{{ {name}({given}) }}" for name in FIELDS if given)):
        await compare(text)


@pytest.mark.parametrize("variables", NUMBERS)
@pytest.mark.parametrize("defined", ["Int", "Int = 4", "Int = null"])
async def test_arguments_in_variables(variables, defined):
    for name in FIELDS:
        await compare(f"query ($n: {defined}) {{ {name}(numbers: [$n]) }}", variables)
        await compare(f"query ($n: {defined}) {{ {name}(otherName: $n, maybe: $n) }}", variables)
        await compare(f"query ($n: Int! = 3) {{ {name}(number: $n) }}", variables)


async def test_the_arguments_that_a_resolver_receives():
    data, errors = await compare(
        "query ($s: Size) { thing {"
        " own(size: $s) ownLater(number: 2) byParent byRoot ofNone peculiar } }",
        {"s": "LARGE"},
    )
    assert data["thing"] == {
        "own": "('thing', 1, <Size.LARGE: 2>)",
        "ownLater": "thing ['thing', 'ownLater'] 2",
        "byParent": "thing UNSET",
        "byRoot": "thing byRoot Size.SMALL of ['inf', 'root', 'size']",
        "ofNone": "3",
        "peculiar": "thing None [] {}",
    }
    assert not errors


async def test_errors_come_in_the_order_of_the_library():
    _, errors = await compare(
        "{ permitted doubled(number: -1) thing { ownLater(number: -1) } waited(maybe: null)"
        " byName(number: -1) late: guardedLater(number: -1) plain(number: 0) }"
    )
    assert len(errors) > 1


async def test_a_field_with_exception_handlers_is_resolved_by_the_library():
    text = "{ a: handled(number: 1) { ...F } b: handled { ...F } }"
    data, _ = await compare(f"{text} fragment F on Outcome {{ __typename }}")
    assert data == {"a": {"__typename": "Mistake"}, "b": {"__typename": "Said"}}


async def test_constant_arguments_are_coerced_once(monkeypatch):
    monkeypatch.setattr(schema_converter, "get_arguments", None)
    data, errors = await outcome(COMPILED, '{ byName(number: 1, source: "b") }', {})
    assert (data, errors) == ({"byName": "(1, None, 'b')"}, [])


async def test_a_resolver_that_replaces_the_generated_one_is_called():
    schema = arguments.build(compiled=True)
    schema._schema.query_type.fields["plain"].resolve = lambda o, info, **given: str(given["size"])
    assert await outcome(schema, "{ plain(size: SMALL) }", {}) == ({"plain": "Size.SMALL"}, [])


@random_examples
@given(asked=operations(COMPILED._schema, "query", pools, most=4))
async def test_generated_operations(asked: Asked):
    assume(not validate(COMPILED._schema, parse(asked.text)))
    await compare(asked.text, asked.variables)
