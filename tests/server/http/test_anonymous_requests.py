"""Many requests of somebody who has not signed in."""

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from server.http.address_rate import AddressRate
from tests.server.auth.test_sign_in_throttle import client_at
from tests.server_process import Served, run, serving

MOST = 12
VIEWER = {"query": "{ viewer { name } }"}


@pytest.fixture(scope="module")
def server(database_url):
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_AUTH="required",
        SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE=str(MOST),
    ) as server:
        yield server


def count_served(server: Served, address: str, path: str, **options) -> httpx2.Response:
    """Asks until it is refused; the refusal."""
    with client_at(server, address) as client:
        for _ in range(MOST + 10):
            answer = client.get(path, **options)
            if answer.status_code == 429:
                return answer
    raise AssertionError("never refused")


@pytest.mark.parametrize(
    ("path", "address"),
    [("/health", "127.0.0.2"), ("/", "127.0.0.3"), ("/nothing", "127.0.0.4")],
)
def test_requests_of_nobody_have_a_rate(server, path, address):
    answer = count_served(server, address, path)
    assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert int(answer.headers["retry-after"]) >= 1
    assert server.has_logged(f"too many from {address}")
    with client_at(server, "127.0.0.9") as other:
        assert other.get("/health").is_success


def test_credentials_do_not_help_where_nobody_reads_them(server):
    headers = {"Authorization": "Bearer us_wrong"}
    assert count_served(server, "127.0.0.5", "/health", headers=headers)


def test_graphql_without_credentials_counts_and_with_them_does_not(server, database_url):
    made = run("keys", "create", "--name", "Monitoring", DATABASE_URL=database_url)
    signed_in = {"Authorization": f"Bearer {made.stdout.strip()}"}
    with client_at(server, "127.0.0.6") as client:
        for headers in ({}, {"Authorization": ""}):
            found = [client.post("/graphql", json=VIEWER, headers=headers) for _ in range(MOST + 5)]
            assert {answer.status_code for answer in found} == {401, 429}
        for _ in range(MOST * 2):
            assert client.post("/graphql", json=VIEWER, headers=signed_in).is_success


@pytest.mark.parametrize(
    ("method", "path", "more", "address"),
    [
        ("GET", "/graphql?token=1", {}, "127.0.0.10"),
        ("GET", "/graphql?query={viewer{id}}", {"Origin": "https://evil.example"}, "127.0.0.11"),
        ("POST", "/graphql", {"Host": "evil.example"}, "127.0.0.12"),
        ("GET", "/graphql", {"Accept": "text/html"}, "127.0.0.13"),
        ("GET", "/graphql?&", {"Accept": "text/html"}, "127.0.0.14"),
        ("POST", "/graphql/", {}, "127.0.0.15"),
        (
            "OPTIONS",
            "/graphql",
            {"Origin": "http://localhost", "Access-Control-Request-Method": "POST"},
            "127.0.0.16",
        ),
    ],
)
def test_credentials_do_not_help_where_a_request_is_answered_before_they_are_read(
    server, method, path, more, address
):
    headers = {"Authorization": "Bearer us_wrong", **more}
    with client_at(server, address) as client:
        statuses = [
            client.request(method, path, headers=headers).status_code for _ in range(MOST + 3)
        ]
    assert 401 not in statuses
    assert statuses[-1] == 429


def test_rejected_requests_leave_the_others_of_an_address_their_rate(server):
    start = len(server.log)
    with client_at(server, "127.0.0.17") as client:
        for _ in range(MOST + 3):
            last = client.post("/graphql?token=1", headers={"Authorization": "x"})
        assert last.status_code == 429
        assert client.get("/health").is_success
    lines = [line for line in server.log[start:] if "Rejected a request" in line]
    assert len(lines) <= MOST + 1, "a refusal by the rate is not logged each time"


def test_a_large_body_of_nobody_is_refused_as_such(server):
    headers = {"Authorization": "Bearer us_wrong", "Content-Type": "application/json"}
    with client_at(server, "127.0.0.20") as client:
        answer = client.post("/graphql", content=b" " * 2_100_000, headers=headers)
    assert answer.status_code == 401


def test_handshakes_of_websockets_count(server):
    options = {
        "subprotocols": ["graphql-transport-ws"],
        "source_address": ("127.0.0.7", 0),
        "additional_headers": {"Authorization": "Bearer us_wrong"},
    }

    def shake_hands() -> int:
        try:
            with connect(server.url.replace("http", "ws", 1), **options):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    assert 429 in [shake_hands() for _ in range(MOST + 10)]


def test_the_local_user_has_no_such_rate(database_url):
    with serving(DATABASE_URL=database_url, SESSIONS_ANONYMOUS_REQUESTS_PER_MINUTE="5") as server:
        for _ in range(20):
            assert server.data("{ viewer { id } }")
        with server.client as client:
            assert 429 in {client.get("/health").status_code for _ in range(10)}


def test_a_bucket_gives_back_what_was_taken():
    rate = AddressRate(2)
    assert [rate.take("a"), rate.take("a")] == [0, 0]
    assert 1 <= rate.take("a") <= 30
    assert rate.take("b") == 0
    rate.give_back("a")
    assert rate.take("a") == 0
    assert AddressRate(None).take("a") == 0
