"""The size of a response: estimated before execution, measured before encoding."""

import pytest
import strawberry
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st
from orjson import dumps

from execution.field_metadata import MAX_BYTES, MAX_ITEMS
from execution.limits.complexity import ComplexityVisitor
from execution.limits.errors import RequestRejected
from execution.limits.operation_limits import DEFAULT_LIMITS, OperationLimits, ResponseLimits
from execution.limits.response_size import exceeds_size
from execution.operations import DocumentCache
from resolvers.schema import schema
from tests.console.operation_sources import operations
from tests.console.test_graphiql_examples import EXAMPLES


@strawberry.type
class Note:
    title: str
    words: list[str] = strawberry.field(metadata={MAX_ITEMS: 7})
    body: str = strawberry.field(metadata={MAX_BYTES: 10_000})

    @strawberry.field(metadata={MAX_BYTES: 5_000})
    def start(self, first: int | None = None) -> str:
        return ""


@strawberry.type
class Query:
    @strawberry.field
    def notes(self, first: int = 3) -> list[Note]:
        return []


SCHEMA = strawberry.Schema(Query)._schema


def estimate(text: str, **variables) -> int:
    document = parse(text)
    visitor = ComplexityVisitor(SCHEMA, document, variables)
    return visitor.measure_operation(document.definitions[0]).bytes


@pytest.mark.parametrize(
    ("selected", "size"),
    [
        ("body", 10_000),
        ("a: body b: body", 20_000),
        ("words", 7 * 255),
        ("start", 5_000),
        ("start(first: 100)", 100),
        ("start(first: 1000000000000)", 5_000),
        ("start(first: null)", 5_000),
        ("start(first: $n)", 2_000),
        ("start(first: $none)", 5_000),
        ("start(first: $default)", 300),
    ],
)
@pytest.mark.parametrize("items", [1, 3, 50])
def test_a_value_counts_as_its_type_declares_once_per_item(selected, size, items):
    text = f"query ($n: Int, $none: Int, $default: Int = 300) {{ notes(first: {items}) {{ %s }} }}"
    found = estimate(text % selected, n=2_000)
    assert items * size <= found <= items * (size + 40) + 20


def rejection(text: str, limits: OperationLimits, **variables) -> str | None:
    documents = DocumentCache(schema._schema, limits, introspection=True, suggestions=False)
    document = documents.get(text)
    try:
        documents.check_cost(document, document.all_operations[0].node, variables)
    except RequestRejected as rejected:
        return rejected.code
    return None


LOGS = "query ($n: Int) { sessions(first: $n) { edges { node { ALIASES } } } }".replace(
    "ALIASES", " ".join(f"a{n}: intake {{ text logText }}" for n in range(29))
)


def test_a_response_that_could_be_too_large_is_rejected_by_its_page_size():
    assert rejection(LOGS, DEFAULT_LIMITS, n=1) is None
    assert rejection(LOGS, DEFAULT_LIMITS, n=100) == "RESPONSE_TOO_LARGE"
    assert rejection(LOGS, DEFAULT_LIMITS) == "RESPONSE_TOO_LARGE"


@pytest.mark.parametrize(
    "text",
    [*operations().values(), *(example.read_text() for example in EXAMPLES)],
    ids=[*operations(), *(example.stem for example in EXAMPLES)],
)
def test_our_own_operations_are_within_the_limit(text):
    tight = OperationLimits(
        tokens=10_000, response=ResponseLimits(estimated_bytes=ResponseLimits().bytes)
    )
    largest = dict.fromkeys(("first", "last", "count", "page"), 100)
    assert rejection(text, tight, **largest) is None


@pytest.mark.parametrize(
    "text",
    [
        "{ sessions(first: 100) { edges { cursor node { id status title displayTitle stepCount"
        " problemSummary createdAt updatedAt owner { name } rating } } } }",
        "{ sessions(first: 100) { edges { node { id ... on ChatSession { messages(last: 1) { edges"
        " { node { content } } } } } } } }",
        "query ($id: ID!) { session(id: $id) { ... on ChatSession { messages(first: 50) { edges {"
        " node { id role content createdAt } } } } } }",
    ],
)
def test_ordinary_pages_are_within_the_limit(text):
    assert rejection(text, DEFAULT_LIMITS) is None


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31)
    | st.text(max_size=20)
    | st.sampled_from(["x" * 5_000, "\x01" * 2_000, "é" * 3_000]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
)


@given(values)
def test_the_measured_size_is_never_above_that_of_the_json(data):
    assert not exceeds_size(data, len(dumps(data)))


@pytest.mark.parametrize("text", ["x" * 5_000, "\x01" * 1_000, "\N{GRINNING FACE}" * 1_500])
def test_long_texts_are_measured_as_json(text):
    data = {f"a{n}": {"items": [text]} for n in range(20)}
    assert exceeds_size(data, 99_000)


def test_a_text_that_cannot_be_encoded_is_measured_too():
    assert exceeds_size(["\ud800" * 2_000], 1_000)
