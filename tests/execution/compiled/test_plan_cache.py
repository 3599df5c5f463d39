"""The plan cache: creation, memory budget, fallback to the library."""

import pytest
from graphql import execute, get_introspection_query, parse

from execution.compiled.plan_cache import MAX_PLANS_PER_OPERATION, PlanCache, PlannedExecutor
from server.app import create_view
from server.settings import Settings
from tests.execution.compiled import awkward_schema
from tests.execution.compiled.awkward_schema import Root, Thing, made

BOX = "{ box { id name part { id ... on Bit { shade } } } }"
SWITCHED = "query Q($with: Boolean!) { box { id name @include(if: $with) } }"
HIDDEN = "query Q($with: Boolean!) { box { ...F @skip(if: $with) } } fragment F on Box { id }"


@pytest.fixture
def schema():
    return awkward_schema.build(compiled=True)


def execute_planned(schema, document, **variables):
    result = execute(
        schema._schema,
        document,
        context_value=Root({"box": made(Thing("Box"))}),
        variable_values=variables,
        executor_class=PlannedExecutor,
    )
    assert result.errors is None, result.errors
    return result.data


def test_a_plan_is_created_once(schema):
    document = parse(BOX)
    first = execute_planned(schema, document)
    size = schema.plan_cache.size
    assert (
        first
        == execute_planned(schema, document)
        == {"box": {"id": "1", "name": "a name", "part": {"id": "1", "shade": "DARK"}}}
    )
    assert schema.plan_cache.size == size > 0
    assert not schema.plan_cache.fallback_counts


def test_each_combination_of_directive_values_has_a_plan(schema):
    document = parse(SWITCHED)
    assert execute_planned(schema, document, **{"with": True}) == {
        "box": {"id": "1", "name": "a name"}
    }
    assert execute_planned(schema, document, **{"with": False}) == {"box": {"id": "1"}}
    assert execute_planned(schema, document, **{"with": True}) == {
        "box": {"id": "1", "name": "a name"}
    }
    hidden = parse(HIDDEN)
    assert execute_planned(schema, hidden, **{"with": True}) == {"box": {}}
    assert execute_planned(schema, hidden, **{"with": False}) == {"box": {"id": "1"}}


def test_an_operation_has_a_limited_number_of_plans(schema):
    names = [f"v{n}" for n in range(6)]
    defined = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: id @include(if: ${name})" for name in names)
    document = parse(f"query ({defined}) {{ box {{ {fields} }} }}")
    for number in range(2**6):
        wanted = {name: bool(number & 1 << place) for place, name in enumerate(names)}
        expected = {name: "1" for name, is_wanted in wanted.items() if is_wanted}
        assert execute_planned(schema, document, **wanted) == {"box": expected}
    assert schema.plan_cache.fallback_counts == {"directives": 2**6 - MAX_PLANS_PER_OPERATION}


def test_plans_stay_within_their_memory_budget(schema):
    schema.plan_cache = PlanCache(max_bytes=60_000)
    documents = [parse(BOX.replace("box {", f"a{n}: box {{")) for n in range(30)]
    for _ in range(2):
        for n, document in enumerate(documents):
            assert list(execute_planned(schema, document)) == [f"a{n}"]
            assert schema.plan_cache.size <= 60_000
    assert 1 < len(schema.plan_cache._operations) < 30


async def test_plans_are_dropped_with_their_document(schema):
    """A plan keeps its document in memory, and is found by the nodes of that document only."""
    kept = schema.document_cache._cache
    kept._Cache__maxsize = 100_000
    for n in range(30):
        document = f"query A {{ a{n}: __typename }} query B {{ box {{ id }} }}"
        for name in "AB":
            await schema.execute(
                document, None, Root({"box": made(Thing("Box"))}), operation_name=name
            )
        assert len(schema.plan_cache._operations) == 2 * len(kept)
    assert 1 < len(kept) < 30
    assert schema.plan_cache.size == sum(
        each.size for each in schema.plan_cache._operations.values()
    )


def test_operations_of_one_document_have_separate_plans(schema):
    document = parse("query A { box { id } } query B { box { name } }")
    for name, field in (("A", "id"), ("B", "name"), ("A", "id")):
        result = execute(
            schema._schema,
            document,
            context_value=Root({"box": made(Thing("Box"))}),
            operation_name=name,
            executor_class=PlannedExecutor,
        )
        assert list(result.data["box"]) == [field]


def test_introspection_falls_back_to_the_library(schema):
    assert execute_planned(schema, parse(get_introspection_query()))["__schema"]["queryType"]
    assert execute_planned(schema, parse('{ box { id } __type(name: "Box") { name } }'))["box"] == {
        "id": "1"
    }
    assert schema.plan_cache.fallback_counts == {"introspection": 2}


def test_a_plan_with_too_many_objects_falls_back_to_the_library(schema):
    fields = " ".join(f"a{n}: part {{ id }}" for n in range(150))
    assert len(execute_planned(schema, parse(f"{{ box {{ {fields} }} }}"))["box"]) == 150
    assert schema.plan_cache.fallback_counts == {"size": 1}


def test_trusted_documents_are_compiled_before_they_are_executed(schema):
    schema.trust_document(SWITCHED)
    [operation] = schema.plan_cache._trusted.values()
    size = operation.size
    for plans in operation.plans.values():
        assert set(plans) == {(True,), (False,)}
    document = schema.document_cache.get(SWITCHED).ast
    execute_planned(schema, document, **{"with": True})
    execute_planned(schema, document, **{"with": False})
    assert operation.size == size
    assert schema.plan_cache.size == 0


async def test_compiled_execution_can_be_switched_off(schema):
    assert create_view(Settings()).schema.plan_cache is not None
    assert create_view(Settings(compiled=False)).schema.plan_cache is None
    off = awkward_schema.build(compiled=False)
    assert execute_planned(off, parse(BOX)) == execute_planned(schema, parse(BOX))
