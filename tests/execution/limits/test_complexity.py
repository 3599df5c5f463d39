"""Query complexity and the document cache: limits that hold before execution."""

import gc
import tracemalloc
from itertools import count, islice

import pytest
from graphql import GraphQLError, get_introspection_query, parse
from graphql.language import OperationDefinitionNode

from execution import operations as documents_module
from execution.limits.complexity import Complexity, ComplexityVisitor
from execution.limits.errors import InvalidDocument
from execution.limits.operation_limits import DEFAULT_LIMITS, OperationLimits
from execution.operations import DocumentCache, ParsedDocument
from resolvers.schema import schema
from tests.console.test_graphiql_examples import EXAMPLES

ALIASES = "{{ a{n}: __typename " + " ".join(f"b{n}: viewer {{{{ id }}}}" for n in range(20)) + " }}"
SESSIONS = "sessions{} {{ edges {{ node {{ id title }} }} totalCount }}"


def measure(text: str, **variables) -> Complexity:
    document = parse(text)
    measuring = ComplexityVisitor(schema._schema, document, variables)
    [node] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return measuring.measure_operation(node)


def rejection_code(text: str, limits: OperationLimits = DEFAULT_LIMITS, **variables) -> str | None:
    documents = DocumentCache(schema._schema, limits, introspection=True, suggestions=False)
    try:
        check_cost(documents, documents.get(text), None, variables)
    except GraphQLError as error:
        return error.extensions["code"]
    except InvalidDocument as invalid:
        return invalid.errors[0].message
    return None


def check_cost(
    documents: DocumentCache, document: ParsedDocument, name: str | None, variables
) -> None:
    documents.check_cost(document, document.operations[name].node, variables)


def test_depth_aliases_and_directives_are_counted_where_fragments_are_spread():
    found = measure(
        "{ viewer { ...F ...F } } fragment F on User { a: account { ...G @skip(if: false) } }"
        " fragment G on Account { b: name id }"
    )
    assert (found.fields, found.depth, found.aliases, found.directives) == (1, 3, 4, 2)


@pytest.mark.parametrize(
    ("pages", "size"),
    [
        ("", 25),
        ("(first: 50)", 50),
        ("(first: 0)", 1),
        ("(first: -5)", 1),
        ("(first: 1000000000000000000000)", 100),
        ("(first: null)", 25),
        ("(first: $n)", 7),
        ("(first: $unknown)", 25),
        ("(first: $given)", 30),
    ],
)
def test_the_fields_of_a_page_count_once_per_item(pages, size):
    text = f"query ($n: Int = 7, $given: Int = 2) {{ {SESSIONS.format(pages)} }}"
    assert measure(text, given=30).cost == 1 + size * 5


def test_nested_pages_multiply():
    inner = "... on ChatSession { messages(last: 20) { edges { node { id } } } }"
    text = f"{{ sessions(first: 10) {{ edges {{ node {{ {inner} }} }} }} }}"
    assert measure(text).cost == 1 + 10 * (2 + 1 + 20 * 3)


def test_fragments_that_spread_the_next_one_twice_are_measured_once_each():
    links = " ".join(f"fragment F{n} on User {{ ...F{n + 1} ...F{n + 1} }}" for n in range(200))
    found = measure(f"{{ viewer {{ ...F0 }} }} {links} fragment F200 on User {{ a: name }}")
    assert found.aliases == 2**200
    assert found.depth == 2


@pytest.mark.parametrize(
    "text",
    [
        "{ viewer { ...F } } fragment F on User { ...F name }",
        "{ viewer { ...F } } fragment F on User { ...G } fragment G on User { ...F }",
        "{ viewer { ...Nope } }",
        "{ nope { nope { nope } } }",
        "{ viewer { ... on Nope { name } } }",
        "mutation { nope }",
    ],
)
def test_an_invalid_document_is_reported_as_invalid(text):
    assert measure(text)
    assert rejection_code(text) not in (None, "DOCUMENT_TOO_COMPLEX")


@pytest.mark.parametrize(
    ("limits", "text", "code"),
    [
        (OperationLimits(document_bytes=10), "{ __typename }", "DOCUMENT_TOO_LARGE"),
        (OperationLimits(document_bytes=20), "{ __typename }#ééééé", "DOCUMENT_TOO_LARGE"),
        (OperationLimits(tokens=2), "{ __typename }", "TOO_MANY_TOKENS"),
        (OperationLimits(depth=2), "{ viewer { account { id } } }", "DOCUMENT_TOO_DEEP"),
        (OperationLimits(aliases=1), "{ a: __typename b: __typename }", "TOO_MANY_ALIASES"),
        (OperationLimits(root_fields=1), "{ a: __typename b: __typename }", "TOO_MANY_ROOT_FIELDS"),
        (
            OperationLimits(directives=1),
            "query @include(if: true) { __typename @skip(if: false) }",
            "TOO_MANY_DIRECTIVES",
        ),
        (OperationLimits(cost=2), "{ viewer { id name } }", "OPERATION_TOO_COSTLY"),
        (DEFAULT_LIMITS, "{" + " viewer { id }" * 70 + " }", "TOO_MANY_ROOT_FIELDS"),
        (DEFAULT_LIMITS, "{ viewer {" + " name" * 300 + " } }", "DOCUMENT_TOO_COMPLEX"),
        (OperationLimits(tokens=10**6), "{ a" * 190 + " }" * 190, "DOCUMENT_TOO_DEEP"),
    ],
)
def test_each_limit_has_its_code(limits, text, code):
    assert rejection_code(text, limits) == code


def test_a_document_exactly_at_a_limit_is_accepted():
    text = "{ viewer { id name } }"
    assert (
        rejection_code(text, OperationLimits(tokens=7, depth=2, aliases=0, root_fields=1, cost=3))
        is None
    )


def test_a_chain_of_fragments_deeper_than_the_stack_is_rejected():
    links = " ".join(f"fragment F{n} on User {{ ...F{n + 1} }}" for n in range(5_000))
    text = f"{{ viewer {{ ...F0 }} }} {links} fragment F5000 on User {{ name }}"
    assert (
        rejection_code(text, OperationLimits(tokens=10**6, document_bytes=10**6))
        == "DOCUMENT_TOO_DEEP"
    )


def test_the_cost_of_a_cached_document_depends_on_the_variables_of_each_request():
    documents = DocumentCache(
        schema._schema, OperationLimits(cost=100), introspection=True, suggestions=False
    )
    document = documents.get(f"query ($n: Int) {{ {SESSIONS.format('(first: $n)')} }}")
    for _ in range(2):
        check_cost(documents, document, None, {"n": 10})
        with pytest.raises(GraphQLError) as refused:
            check_cost(documents, document, None, {"n": 100})
        assert refused.value.extensions["code"] == "OPERATION_TOO_COSTLY"


def test_the_cost_is_that_of_the_selected_operation_alone():
    documents = DocumentCache(
        schema._schema, OperationLimits(cost=100), introspection=True, suggestions=False
    )
    text = f"query A {{ viewer {{ id }} }} query B {{ {SESSIONS.format('(first: 100)')} }}"
    check_cost(documents, documents.get(text), "A", {})
    with pytest.raises(GraphQLError):
        check_cost(documents, documents.get(text), "B", {})


@pytest.mark.parametrize(
    "text",
    ["{{ a{n}: __typename }}", "{{ viewer {{ id }} }} #{n}" + "x" * 2_000, ALIASES],
    ids=["tiny ones", "long ones", "short names"],
)
def test_the_document_cache_stays_within_its_memory_budget(monkeypatch, text):
    room = 1_000_000
    monkeypatch.setattr(documents_module, "DOCUMENT_CACHE_BYTES", room)
    documents = DocumentCache(schema._schema, DEFAULT_LIMITS, introspection=True, suggestions=False)
    documents.get("{ __typename }")
    tracemalloc.start()
    asked = count(1)
    # One is there from before. It goes on for a while after the first that is evicted.
    while len(documents._cache) == (last := next(asked)):
        documents.get(text.format(n=last))
    for n in islice(asked, 20):
        documents.get(text.format(n=n))
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 0 < len(documents._cache) < last
    assert room / 100 < taken < room


def test_an_invalid_document_is_not_cached():
    documents = DocumentCache(schema._schema, DEFAULT_LIMITS, introspection=True, suggestions=False)
    with pytest.raises(InvalidDocument):
        documents.get("{ nope }")
    assert not len(documents._cache)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_our_examples_are_within_half_of_the_limits(example):
    half = OperationLimits(
        tokens=200, depth=10, aliases=15, root_fields=15, directives=15, cost=5_000
    )
    assert rejection_code(example.read_text(), half) is None


def test_the_introspection_query_of_graphiql_is_within_the_limits():
    asked = get_introspection_query(
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
    )
    assert rejection_code(asked, OperationLimits(tokens=250, cost=DEFAULT_LIMITS.cost // 2)) is None


def test_a_page_of_fifty_sessions_is_within_the_limits():
    text = """
    query ($first: Int) {
      sessions(first: $first) {
        edges { cursor node {
          id sessionType status title displayTitle createdAt updatedAt allowedActions rating
          owner { id name } documents { id kind } activeGeneration { id kind }
          ... on ChatSession { messages(last: 1) { edges { node { id role content } } } }
          ... on GuidedSession { currentStep { id content options { label value } } }
        } }
        pageInfo { hasNextPage endCursor } totalCount
      }
    }
    """
    assert rejection_code(text, OperationLimits(cost=DEFAULT_LIMITS.cost // 2), first=50) is None


def test_operations_of_one_name_are_all_measured():
    deep = "{ viewer" + " { account" * 30 + " { id }" + " }" * 31
    assert rejection_code(f"query A {{ viewer {{ id }} }} query A {deep}") == "DOCUMENT_TOO_DEEP"
    assert rejection_code(f"{{ viewer {{ id }} }} {deep}") == "DOCUMENT_TOO_DEEP"
