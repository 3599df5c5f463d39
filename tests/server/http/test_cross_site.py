"""What pages of other sites may do with this server: nothing, unless their site is named."""

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.server.websocket_client import PROTOCOL, Socket, address
from tests.server_process import serving

VIEWER = "{ viewer { name } }"
DESK = "https://desk.example.com"


@pytest.fixture
def client(served):
    with served.client as client:
        yield client


@pytest.fixture(scope="module")
def shared(database_url):
    """A server that a site elsewhere may use."""
    with serving(
        DATABASE_URL=database_url, SESSIONS_ALLOWED_ORIGINS=f" {DESK.title()}/ , https://b.example"
    ) as server:
        yield server


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
        {"origin": DESK},
        {"origin": "null"},
        {"origin": "http://[broken"},
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_other_site_runs_an_operation(client, method, headers):
    how = {"params": {"query": VIEWER}} if method == "get" else {"json": {"query": VIEWER}}
    if method == "post" and "navigate" in headers.values():
        how["params"] = {"x": "1"}
    answer = client.request(method, "/graphql", headers=headers, **how)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "access-control-allow-origin" not in answer.headers


def test_but_it_may_lead_to_our_pages(client):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "accept": "text/html"}
    assert client.get("/graphql", headers=link).status_code == 200
    assert client.get("/", headers=link).status_code == 200
    assert client.get("/guided/abc", headers=link).status_code == 200


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none"])
def test_a_browser_that_is_here_already_is_welcome(client, site):
    answer = client.get("/graphql", params={"query": VIEWER}, headers={"sec-fetch-site": site})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_what_a_form_can_send_is_no_request(client, kind):
    answer = client.post(
        "/graphql", content=b'{"query": "{ __typename }"}', headers={"content-type": kind}
    )
    assert answer.status_code == 400


def test_a_site_that_is_named_may_ask(shared):
    with shared.client as client:
        preflight = client.options(
            "/graphql",
            headers={
                "origin": DESK,
                "access-control-request-method": "POST",
                "access-control-request-headers": "content-type",
            },
        )
        answer = client.post(
            "/graphql",
            json={"query": VIEWER},
            headers={"origin": DESK, "sec-fetch-site": "cross-site"},
        )
    for each in (preflight, answer):
        assert each.status_code == 200
        assert each.headers["access-control-allow-origin"] == DESK
        assert "access-control-allow-credentials" not in each.headers
    assert answer.json()["data"]["viewer"]


def test_a_site_that_is_named_may_open_a_websocket(shared):
    with connect(address(shared), subprotocols=[PROTOCOL], origin=DESK) as connection:
        Socket(connection).send(type="connection_init")
        assert Socket(connection).receive()["type"] == "connection_ack"


def test_another_may_not(shared):
    with shared.client as client:
        answer = client.post(
            "/graphql", json={"query": VIEWER}, headers={"origin": "https://a.example"}
        )
        assert answer.status_code == 403
    with pytest.raises(InvalidStatus) as refused:
        connect(address(shared), subprotocols=[PROTOCOL], origin="https://a.example")
    assert refused.value.response.status_code == 403


def test_every_answer_is_guarded(client):
    for answer in (
        client.get("/health"),
        client.get("/"),
        client.get("/nowhere"),
        client.get("/graphql", headers={"accept": "text/html"}),
        client.post("/graphql", json={"query": VIEWER}),
        client.post("/graphql", json={"query": VIEWER}, headers={"origin": DESK}),
        client.put("/graphql"),
    ):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] in ("no-store", "no-cache")


def test_a_refusal_is_logged_with_its_reason_and_without_the_operation(served, client):
    before = len(served.log)
    client.post(
        "/graphql", json={"query": "{ secret }"}, headers={"origin": "https://evil.example"}
    )
    client.post("/graphql", content="{ secret", headers={"content-type": "application/json"})
    assert served.has_logged("Rejected", times=2, since=before)
    said = "".join(served.log[before:])
    assert said.count("Rejected") == 2
    assert "FORBIDDEN" in said
    assert "BAD_REQUEST" in said
    assert "secret" not in said
    assert "Origin 'https://evil.example'" in said, "an operator learns which site it was"
