"""The cost cache gives the same costs as measuring anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.limits.complexity import ComplexityVisitor
from execution.limits.cost_cache import MAX_COSTS_PER_OPERATION
from execution.limits.operation_limits import DEFAULT_LIMITS
from execution.operations import DocumentCache
from resolvers.schema import schema

PAGES = """
query Plain($a: Int) { sessions(first: $a) { edges { node { id } } } }
query Defaults($a: Int = 7, $b: Int = 1000000000) {
  sessions(first: $a) { ...Page }
  more: sessions(first: $b) { ...Page }
}
query Again($a: Int = -3, $b: Int = 4) {
  sessions { ...Page }
  more: sessions(first: $b) { ...Page }
}
query Both($a: Int, $b: Int = null) {
  sessions(first: 2) {
    edges { node { ... on ChatSession { messages(first: $a, last: $b) { totalCount } } } }
  }
}
query Fixed($a: ID!) { session(id: $a) { id title } }
query Shared($a: Int) { sessions(first: 3) { ...Page } }
fragment Page on AISessionConnection {
  edges { node { id ... on ChatSession { messages(last: $a) { totalCount edges { cursor } } } } }
}
"""
NAMES = ("Plain", "Defaults", "Again", "Both", "Fixed", "Shared")

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda values: st.lists(values, max_size=2) | st.dictionaries(st.text(max_size=2), values),
    max_leaves=4,
)
sizes = st.sampled_from([0, 1, 2, 50, 99, 100, 101, -1, 10**30, True, False, 1.0, None, "1", [1]])
requests = st.dictionaries(st.sampled_from(["a", "b", "c"]), sizes | json)


@pytest.fixture(scope="module")
def documents():
    return DocumentCache(schema._schema, DEFAULT_LIMITS, introspection=True, suggestions=False)


@given(asked=st.lists(st.tuples(st.sampled_from(NAMES), requests), min_size=1, max_size=20))
def test_a_cached_cost_equals_one_measured_anew(documents, asked):
    document = documents.get(PAGES)
    for name, variables in asked:
        node = document.operations[name].node
        anew = (
            ComplexityVisitor(schema._schema, document.ast, variables).measure_operation(node).cost
        )
        assert documents.cost(document, node, variables) == anew
        assert len(document.costs[id(node)].known) <= MAX_COSTS_PER_OPERATION


def test_requests_with_equal_page_sizes_are_measured_once(documents, monkeypatch):
    document = documents.get(PAGES.replace("Plain", "Once"))
    node = document.operations["Once"].node
    measured = []
    operation = ComplexityVisitor.measure_operation
    monkeypatch.setattr(
        ComplexityVisitor,
        "measure_operation",
        lambda self, node: measured.append(1) or operation(self, node),
    )
    for size in (100, 101, 10**30, 100, 100.5, "100", None, {}, True, 1, 0, -7):
        documents.cost(document, node, {"a": size, "unused": [size]})
    assert len(measured) == 3


def test_the_costs_of_one_operation_are_bounded(documents):
    document = documents.get(PAGES.replace("Plain", "Endless"))
    node = document.operations["Endless"].node
    for size in range(1, 101):
        assert documents.cost(document, node, {"a": size}) == 1 + 3 * size
        assert len(document.costs[id(node)].known) <= MAX_COSTS_PER_OPERATION


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_number_costs_the_same_in_every_notation(documents, name):
    document = documents.get(PAGES)
    [whole, written] = [
        documents.cost(document, document.operations["Both"].node, {name: number})
        for number in (100, 100.0)
    ]
    assert whole == written > documents.cost(document, document.operations["Both"].node, {})
