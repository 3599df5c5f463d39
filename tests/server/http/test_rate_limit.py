"""Requests a minute, held over all servers of a database."""

import time
from dataclasses import replace

import pytest

from server.http.anonymous_requests import REFUSAL_DELAY
from tests.server.websocket_client import socket_to
from tests.server_process import PATIENCE, serving

VIEWER = "{ viewer { name } }"
SETTINGS = {"SESSIONS_USER_REQUESTS_PER_MINUTE": "40"}


@pytest.fixture(scope="module")
def servers(database_url):
    # As an operator sets it up who trusts the server with nothing but its roles.
    url = database_url.replace("postgres@", "sessions_server@")
    settings = SETTINGS | {"DATABASE_URL": url}
    with serving(**settings) as one, serving(**settings) as other:
        yield one, other


def test_a_burst_is_let_through_up_to_the_limit_over_both_servers_and_both_transports(servers):
    statuses = []
    for _ in range(20):
        for server in servers:
            with server.client as client:
                answer = client.post("/graphql", json={"query": VIEWER})
            statuses.append(answer.status_code)
            if answer.status_code == 429:
                break
    served_well = statuses.count(200)
    assert set(statuses) <= {200, 429}
    # Never more than is allowed, but for what comes back while it goes on.
    assert served_well <= 40

    for server in servers:
        while True:
            with server.client as client:
                answer = client.post("/graphql", json={"query": VIEWER})
            if answer.status_code == 429:
                break
        [error] = answer.json()["errors"]
        assert error["extensions"]["code"] == "RATE_LIMITED"
        assert "40 requests per minute" in error["message"]
        assert 1 <= int(answer.headers["retry-after"]) <= 60

    with socket_to(servers[0]) as socket:
        for number in range(40):
            socket.subscribe(VIEWER, str(number))
            message = socket.receive()
            if message["type"] == "error":
                break
            assert socket.receive()["type"] == "complete"
        assert message["payload"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_who_asks_for_the_cost_learns_what_is_left(servers):
    def left():
        with servers[0].client as client:
            answer = client.post("/graphql", json={"query": VIEWER}, headers={"graphql-cost": "1"})
        return answer.json().get("extensions", {}).get("cost")

    deadline = time.monotonic() + PATIENCE
    while (cost := left()) is None:
        assert time.monotonic() < deadline, "the rate never came back"
    assert cost["rateLimit"]["limit"] == 40
    assert 0 <= cost["rateLimit"]["remaining"] < 40


def test_what_is_refused_is_logged_once_without_what_was_asked(servers):
    server = replace(servers[0])
    before = len(server.log)
    with server.client as client:
        while client.post("/graphql", json={"query": "{ secret: __typename }"}).status_code == 200:
            pass
    assert server.has_logged("Rejected a request: RATE_LIMITED")
    assert "secret" not in "".join(server.log[before:])


def test_a_refusal_holds_the_next_request_of_its_connection_back(servers):
    with servers[0].client as client:
        status, taken = 200, 0.0
        while status == 200:
            begin = time.monotonic()
            status = client.post("/graphql", json={"query": VIEWER}).status_code
            taken = time.monotonic() - begin
    assert status == 429
    assert taken >= REFUSAL_DELAY
