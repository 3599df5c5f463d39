"""The cost of an operation, for clients that ask for it."""

import time
from contextlib import suppress
from dataclasses import replace

import pytest

from execution.limits.operation_limits import DEFAULT_LIMITS
from server.http import rate_limit
from server.http.rate_limit import RateLimiter
from services.errors import RateLimited
from services.quotas.quotas import Quota, Quotas

SESSIONS = "query S($first: Int!) { sessions(first: $first) { edges { node { id title } } } }"
FLOWS = "{ flows(first: 3) { edges { node { id tree } } } }"


@pytest.fixture
def send(served):
    with served.client as client:

        def send(query, headers=None, **variables):
            asked = {"query": query, "variables": variables}
            headers = {"GraphQL-Cost": "1"} if headers is None else headers
            return client.post("/graphql", json=asked, headers=headers).json()

        yield send


def test_without_the_header_there_are_no_extensions(send):
    assert "extensions" not in send(FLOWS, headers={})


def test_who_asks_gets_what_was_asked_and_what_it_was(send):
    answer = send(FLOWS)
    assert len(answer["data"]["flows"]["edges"]) == 3
    cost = answer["extensions"]["cost"]
    # The estimate has `edges` for each item. What is within `tree`, a scalar, counts in neither.
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (13, 11)
    assert cost["maximumQueryCost"] == DEFAULT_LIMITS.cost
    assert cost["rateLimit"] is None, "the tests' servers have no limit"


def test_an_operation_that_was_refused_for_its_cost_is_told_what_it_asked(send):
    nested = "sessions(first: 100) { edges { node { history(first: 100) { edges { cursor } } } } }"
    aliased = " ".join(f"{name}: {nested}" for name in "abc")
    answer = send(f"{{ {aliased} }}")
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "OPERATION_TOO_COSTLY"
    cost = answer["extensions"]["cost"]
    assert cost["requestedQueryCost"] > cost["maximumQueryCost"]
    assert f"{cost['requestedQueryCost']:,}" in error["message"]
    assert cost["actualQueryCost"] == 0


def test_the_size_of_a_page_decides(send):
    few, many = (send(SESSIONS, first=first)["extensions"]["cost"] for first in (1, 50))
    assert few["requestedQueryCost"] < many["requestedQueryCost"]
    assert few["actualQueryCost"] <= few["requestedQueryCost"]


@pytest.mark.parametrize("query", ["{ viewer", "{ nothing }", ""])
def test_what_is_no_operation_has_no_cost(send, query):
    answer = send(query)
    assert answer["errors"]
    assert "extensions" not in answer


def limiter(running, **limits):
    return RateLimiter(running.tenancy, replace(Quotas(), **limits))


async def test_the_requests_that_are_left_become_fewer(running, ana):
    """Of the tighter limit; what this process has reserved in advance is left too."""
    limits = {"user": Quota(requests_per_minute=40), "account": Quota(requests_per_minute=1_000)}
    one, other = limiter(running, **limits), limiter(running, **limits)
    assert await one.find_available(ana) == (40, 40)
    for number in range(1, 11):
        await (one if number % 3 else other).check(ana)
        limit, remaining = await one.find_available(ana)
        assert limit == 40
        # Some come back meanwhile; the other process has reserved one in advance.
        assert 40 - number - 2 <= remaining <= 40
    assert remaining < 40
    for _ in range(40):
        with suppress(RateLimited):
            await one.check(ana)
    assert (await one.find_available(ana)).remaining <= 2


async def test_without_a_limit_of_requests_there_is_none_to_be_left(running, ana):
    assert await limiter(running).find_available(ana) is None


async def test_never_more_requests_are_left_than_the_limit(running, ana, monkeypatch):
    """While a process has reserved requests, the shared rate recovers."""
    limited = limiter(running, user=Quota(requests_per_minute=40), account=Quota())
    monkeypatch.setattr(rate_limit, "BATCH_LIFETIME", 3600)
    limited._buckets[ana.user_id].refill(time.monotonic(), 6)
    assert await limited.find_available(ana) == (40, 40)
