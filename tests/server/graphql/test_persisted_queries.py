"""Documents that are named instead of sent."""

import hashlib
import json

import pytest

from tests.server.websocket_client import socket_to
from tests.server_process import run, serving

VIEWER = "query Viewer { viewer { name } }"
LARGE = "{" + " ".join(f"a{n}: __typename" for n in range(200)) + "}"
TYPE = "{ __typename }"
LOCAL = {"viewer": {"name": "Local Technician"}}


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def persisted(id: str, **more) -> dict:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": id}}, **more}


def post(served, **asked) -> dict:
    with served.client as client:
        return client.post("/graphql", json=asked).json()


def code_of(answer: dict) -> str:
    [error] = answer["errors"]
    return error["extensions"]["code"]


def test_a_client_registers_its_document_and_names_it_from_then_on(served):
    text = VIEWER + " # mine"
    unknown = post(served, **persisted(hashed(text)))
    assert code_of(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert unknown["errors"][0]["message"] == "PersistedQueryNotFound"
    assert post(served, **persisted(hashed(text), query=text))["data"] == LOCAL
    assert post(served, **persisted(hashed(text)))["data"] == LOCAL
    with served.client as client:
        extensions = json.dumps(persisted(hashed(text))["extensions"])
        answer = client.get("/graphql", params={"extensions": extensions})
    assert answer.json()["data"] == LOCAL


def test_also_over_a_websocket(served):
    with socket_to(served) as socket:
        unknown = persisted(hashed(TYPE + "#ws"))
        socket.send(id="1", type="subscribe", payload=unknown)
        assert socket.refusal() == "PERSISTED_QUERY_NOT_FOUND"
        socket.send(id="1", type="subscribe", payload={**unknown, "query": TYPE + "#ws"})
        assert list(socket.results()) == [{"data": {"__typename": "Query"}}]
        socket.send(id="1", type="subscribe", payload=unknown)
        assert list(socket.results()) == [{"data": {"__typename": "Query"}}]


def test_an_id_stands_for_one_document_alone(served):
    assert post(served, **persisted(hashed(VIEWER), query=VIEWER))["data"] == LOCAL
    answer = post(served, **persisted(hashed(VIEWER), query=TYPE))
    assert code_of(answer) == "PERSISTED_QUERY_MISMATCH"
    assert post(served, **persisted(hashed(VIEWER)))["data"] == LOCAL


@pytest.mark.parametrize(
    "asked",
    [
        {"extensions": {"persistedQuery": 1}},
        {"extensions": {"persistedQuery": []}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "a"}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": ["a"]}}},
        {"documentId": 7},
        {"documentId": "no-such", "query": 7},
    ],
)
def test_what_is_no_id_is_refused(served, asked):
    assert code_of(post(served, **asked)) in ("BAD_REQUEST", "PERSISTED_QUERY_MISMATCH")


def test_a_trusted_document_may_be_large(trusting, served):
    assert len(post(trusting, documentId="large")["data"]) == 200
    assert code_of(post(served, query=LARGE)) == "TOO_MANY_TOKENS"


def test_what_clients_register_is_held_to_the_limits(served):
    text = "{ a" * 30 + "}" * 30
    assert code_of(post(served, **persisted(hashed(text), query=text))) == "DOCUMENT_TOO_DEEP"
    assert code_of(post(served, **persisted(hashed(text)))) == "DOCUMENT_TOO_DEEP"


@pytest.fixture(scope="module")
def trusting(database_url, tmp_path_factory):
    """A server that runs the documents of a manifest alone."""
    manifest = tmp_path_factory.mktemp("trusted") / "documents.json"
    manifest.write_text(json.dumps({"viewer": VIEWER, "large": LARGE}))
    with serving(
        DATABASE_URL=database_url,
        SESSIONS_TRUSTED_DOCUMENTS=str(manifest),
        SESSIONS_ONLY_TRUSTED_DOCUMENTS="true",
    ) as server:
        yield server


@pytest.mark.parametrize(
    "asked",
    [
        {"documentId": "viewer"},
        {"query": VIEWER},
        {"documentId": "viewer", "query": VIEWER},
        persisted("viewer"),
    ],
)
def test_a_trusted_document_runs_by_its_id_or_its_text(trusting, asked):
    assert post(trusting, **asked)["data"] == LOCAL


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"query": TYPE},
        {"query": "{ __schema { __typename } }"},
        {"documentId": "other"},
        {"documentId": "viewer", "query": TYPE},
        persisted(hashed(TYPE), query=TYPE),
        persisted("viewer", query=TYPE),
    ],
)
def test_every_other_is_refused(trusting, asked):
    assert code_of(post(trusting, **asked)) == "DOCUMENT_NOT_TRUSTED"
    with trusting.client as client:
        params = {name: value for name, value in asked.items() if isinstance(value, str)}
        answer = client.get("/graphql", params=params, headers={"accept": "text/event-stream"})
    if "extensions" not in asked:
        assert code_of(answer.json()) == "DOCUMENT_NOT_TRUSTED"
    with socket_to(trusting) as socket:
        socket.send(id="1", type="subscribe", payload=asked)
        assert socket.refusal() == "DOCUMENT_NOT_TRUSTED"
        socket.send(id="1", type="subscribe", payload={"documentId": "viewer"})
        assert list(socket.results()) == [{"data": LOCAL}]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        ("{", "is invalid"),
        ("[]", "is invalid"),
        ('{"a": 1}', "object that maps ids"),
        ('{"a": "{ nope }"}', "a: Cannot query field"),
        ('{"a": "{"}', "a: Syntax Error"),
        ('{"operations": [{"id": "a"}]}', "is invalid"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_said_at_the_start(
    database_url, tmp_path, manifest, says
):
    path = tmp_path / "documents.json"
    path.write_text(manifest)
    done = run(
        "serve", "--port", "0", DATABASE_URL=database_url, SESSIONS_TRUSTED_DOCUMENTS=str(path)
    )
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_manifest_of_apollos_tools_is_read(database_url, tmp_path):
    path = tmp_path / "manifest.json"
    operations = [{"id": "abc", "name": "Viewer", "type": "query", "body": VIEWER}]
    path.write_text(
        json.dumps(
            {
                "format": "apollo-persisted-query-manifest",
                "version": 1,
                "operations": operations,
            }
        )
    )
    with serving(DATABASE_URL=database_url, SESSIONS_TRUSTED_DOCUMENTS=str(path)) as server:
        assert post(server, **persisted("abc"))["data"] == LOCAL
        assert post(server, query=TYPE)["data"] == {"__typename": "Query"}
