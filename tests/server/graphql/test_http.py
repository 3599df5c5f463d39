"""GraphQL over HTTP: every answer is in GraphQL's form, also where nothing could be run."""

import json

import pytest

from tests.operations import CREATE

VIEWER = "{ viewer { name account { name } } }"


@pytest.fixture
def client(served):
    with served.client as client:
        yield client


def code_of(answer) -> str:
    [error] = answer.json()["errors"]
    return error["extensions"]["code"]


def post(client, body, **headers):
    return client.post(
        "/graphql",
        content=body if isinstance(body, (str, bytes)) else json.dumps(body),
        headers={"content-type": "application/json"} | headers,
    )


def test_post_answers(client):
    answer = post(client, {"query": VIEWER})
    assert answer.json() == {
        "data": {"viewer": {"name": "Local Technician", "account": {"name": "Local"}}}
    }


def test_get_answers_a_query(client):
    answer = client.get("/graphql", params={"query": VIEWER})
    assert answer.json()["data"]["viewer"]["name"] == "Local Technician"


def test_get_changes_nothing(client):
    asked = {"query": CREATE, "variables": json.dumps({"input": {"intake": {"text": "x"}}})}
    answer = client.get("/graphql", params=asked)
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_REQUEST"


@pytest.mark.parametrize("body", ["{", b"\xff\xfe", "", '"x"', "42", "null", "[" * 60_000])
def test_a_body_that_is_no_request_is_refused(client, body):
    answer = post(client, body)
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_REQUEST"


def test_a_request_without_a_query_is_refused(client):
    answer = post(client, {"variables": {}})
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_REQUEST"


def test_another_content_type_is_refused(client):
    """A form of another site could send those without the browser asking."""
    answer = client.post(
        "/graphql", content=json.dumps({"query": VIEWER}), headers={"content-type": "text/plain"}
    )
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"query": "{ viewer { name"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ viewer { nickname } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": f"query A {VIEWER}", "operationName": "B"}, "BAD_REQUEST"),
        (
            {"query": "query A($id: ID!) { node(id: $id) { id } }", "variables": {}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
    ],
)
def test_a_malformed_operation_is_refused_with_a_code(client, asked, code):
    answer = post(client, asked)
    assert code_of(answer) == code


SEVERAL = "mutation A { __typename } query B { viewer { name } }"
STREAMED = {"accept": "text/event-stream"}


def get(client, asked, **headers):
    return client.get("/graphql", params=asked, headers=headers)


def data_of(answer) -> dict:
    """Of the first event, where it is streamed."""
    [first, *_] = [line for line in answer.text.splitlines() if line.startswith(("{", "data: {"))]
    return json.loads(first.removeprefix("data: "))


@pytest.mark.parametrize("send", [post, get])
@pytest.mark.parametrize("headers", [{}, STREAMED], ids=["at once", "streamed"])
@pytest.mark.parametrize("name", [{}, {"operationName": ""}], ids=["no name", "an empty one"])
def test_of_several_operations_the_one_that_is_meant_has_to_be_named(client, send, headers, name):
    [error] = data_of(send(client, {"query": SEVERAL} | name, **headers))["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert "operationName" in error["message"]
    named = send(client, {"query": SEVERAL, "operationName": "B"}, **headers)
    assert data_of(named) == {"data": {"viewer": {"name": "Local Technician"}}}


@pytest.mark.parametrize("send", [post, get])
@pytest.mark.parametrize("headers", [{}, STREAMED], ids=["at once", "streamed"])
def test_one_that_is_not_there_is_said_not_to_be(client, send, headers):
    asked = {"query": SEVERAL, "operationName": "C"}
    [error] = data_of(send(client, asked, **headers))["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert '"C"' in error["message"]


@pytest.mark.parametrize("send", [post, get])
@pytest.mark.parametrize("headers", [{}, STREAMED], ids=["at once", "streamed"])
def test_an_empty_name_is_none(client, send, headers):
    asked = {"query": "query B { viewer { name } }", "operationName": ""}
    assert data_of(send(client, asked, **headers)) == {
        "data": {"viewer": {"name": "Local Technician"}}
    }


def test_a_body_too_large_is_refused_unread(client):
    answer = post(client, b'{"query": "' + b"x" * 3_000_000)
    assert answer.status_code == 413


def test_another_hosts_name_is_refused(client):
    """A site that points its own name at this machine gets nothing."""
    assert post(client, {"query": VIEWER}, host="rebound.example").status_code == 400


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://localhost.example.com"])
def test_a_page_of_another_site_is_refused(client, origin):
    answer = post(client, {"query": VIEWER}, origin=origin)
    assert answer.status_code == 403
    assert code_of(answer) == "FORBIDDEN"


def test_a_page_of_this_machine_is_not(client):
    assert post(client, {"query": VIEWER}, origin="http://localhost:5173").status_code == 200


def test_a_program_that_forgets_its_query_is_told_in_json(client):
    assert code_of(client.get("/graphql")) == "BAD_REQUEST"


SUBSCRIPTION = "subscription { dashboardEvents { cursor } }"


@pytest.mark.parametrize("send", [post, get])
@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/graphql-response+json, application/json;q=0.9",
        "multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json",
        "multipart/mixed;deferSpec=20220824, application/json",
        "text/event-stream;q=0, application/json",
    ],
)
def test_a_subscription_without_a_stream_says_what_it_needs(client, send, accept):
    answer = send(client, {"query": SUBSCRIPTION}, accept=accept)
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_REQUEST"
    for needed in ("`Accept: text/event-stream`", "WebSocket", "`graphql-transport-ws`"):
        assert needed in answer.text


@pytest.mark.parametrize(
    "accept", ["TEXT/Event-Stream", "application/json, text/event-stream;q=0.1"]
)
def test_a_stream_is_asked_for_in_any_case(client, accept):
    headers = {"content-type": "application/json", "accept": accept}
    asked = json.dumps({"query": SUBSCRIPTION})
    with client.stream("POST", "/graphql", content=asked, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert next(answer.iter_lines()) == "event: next"


JSON_TYPES = [
    *("application/json", "application/JSON", "Application/Json ; Charset=UTF-8"),
    *("application/json;charset=utf-8", 'APPLICATION/JSON; profile="a;b"'),
]
OTHER_TYPES = [
    *("application/jsonx", "application/json, text/plain", "text/plain; application/json"),
    *(
        "application/graphql",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ),
    *("", "json", "text/plain"),
]


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("content_type", JSON_TYPES)
def test_json_is_json_however_it_is_written(client, content_type, accept):
    answer = post(client, {"query": VIEWER}, **{"content-type": content_type, "accept": accept})
    assert data_of(answer)["data"]["viewer"]["name"] == "Local Technician"


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
@pytest.mark.parametrize("content_type", OTHER_TYPES)
def test_what_is_not_json_is_refused_with_what_is_needed(client, content_type, accept):
    answer = post(client, {"query": VIEWER}, **{"content-type": content_type, "accept": accept})
    assert answer.status_code == 400
    assert code_of(answer) == "BAD_REQUEST"
    assert "`Content-Type: application/json`" in answer.text


@pytest.mark.parametrize("accept", ["application/GraphQL-Response+JSON", "APPLICATION/JSON"])
def test_the_answer_has_the_media_type_asked_for_in_any_case(client, accept):
    answer = post(client, {"query": VIEWER}, accept=accept)
    assert answer.headers["content-type"] == f"{accept.lower()}; charset=utf-8"
