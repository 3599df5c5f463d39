"""One bad argument costs its own field: the rest of the answer is there."""

import pytest

NEIGHBOURS = 'viewer { name } dashboard { generating } flow(slug: "none") { id }'
BAD = {
    "sessions(first: 101) { totalCount }": "first",
    'sessions(after: "nonsense") { totalCount pageInfo { endCursor } edges { cursor } }': "after",
    'sessions(filter: {search: "%s"}) { totalCount }' % ("x" * 501): "filter.search",
    'sessions(filter: {ownerId: "me"}) { totalCount }': "filter.ownerId",
    'sessions(filter: {createdAfter: "2026-01-01T00:00:00"}) { totalCount }': "filter.createdAfter",
    "users(first: -1) { totalCount }": "first",
    'users(search: "%s") { totalCount }' % ("a " * 51): "search",
    'flows(after: "e30") { totalCount edges { cursor } }': "after",
    'flows(domain: "%s") { totalCount }' % ("x" * 101): "domain",
}


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad[:40])
async def test_one_bad_argument_leaves_its_neighbours(api, bad):
    result = await api.result(f"{{ good: users {{ totalCount }} bad: {bad} {NEIGHBOURS} }}")
    [error] = result.errors
    assert error.path == ["bad"]
    assert error.extensions == {"code": "INVALID_INPUT", "field": BAD[bad]}
    assert result.data["bad"] is None
    assert result.data["good"]["totalCount"] >= 1
    assert result.data["viewer"]
    assert result.data["dashboard"]


NULLABLE = """
query Page($first: Int, $orderBy: SessionOrder) {
  sessions(first: $first, orderBy: $orderBy) { totalCount pageInfo { hasNextPage } }
  viewer { name }
}
"""


async def test_a_variable_that_is_left_out_means_the_default(api):
    assert (await api.data(NULLABLE))["sessions"]["totalCount"] >= 0


@pytest.mark.parametrize("name", ["first", "orderBy"])
async def test_a_null_in_place_of_a_default_is_refused_at_its_field(api, name):
    result = await api.result(NULLABLE, **{name: None})
    [error] = result.errors
    assert error.path == ["sessions"]
    assert name in error.message
    assert result.data["viewer"]["name"]


CREATE = """
mutation Create($input: CreateSessionInput!) { createSession(input: $input) { __typename } }
"""
RESOLVE = "mutation Resolve($input: ResolveInput!) { resolve(input: $input) { __typename } }"


@pytest.mark.parametrize(
    ("document", "input", "place"),
    [
        (CREATE, {"intake": {"text": "x"}, "sessionType": None}, "sessionType"),
        (CREATE, {"intake": {"text": "x", "type": None}}, "intake.type"),
        (RESOLVE, {"sessionId": "x", "documents": None}, "documents"),
    ],
)
async def test_a_null_in_an_input_is_refused_with_its_place(api, document, input, place):
    code, message = await api.error(document, input=input)
    assert code == "GRAPHQL_VALIDATION_FAILED"
    assert f"at .{place}: Expected value of non-null type" in message
