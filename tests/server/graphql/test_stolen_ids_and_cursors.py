"""Attacks by those who know what they do: with ids and cursors of others, and by leaving early.

Documents made to cost much are in test_limits, other sites in test_cross_site, nonsense in
test_nonsense, and persisted queries in test_documents.
"""

import json
import socket
import time
from urllib.parse import urlsplit

import pytest

from tests.operations import CREATE
from tests.server_process import PATIENCE, serving
from tests.token_issuer import issuing

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
VIEWER = "{ viewer { name } }"
COUNT = "{ sessions { totalCount } }"
THINGS = """
query Things($id: ID!) {
  session(id: $id) {
    history(first: 1) { pageInfo { endCursor } }
    ... on ChatSession { messages(first: 1) { pageInfo { endCursor } } }
  }
  sessions(first: 1) { pageInfo { endCursor } }
}
"""
SIGNED = "query Session($id: ID!) { session(id: $id) { id } node(id: $id) { id } }"
LISTS = {
    "sessions": "query L($after: String) { sessions(after: $after) { edges { node { id } } } }",
    "history": """query L($id: ID!, $after: String) {
      session(id: $id) { history(first: 5, after: $after) { edges { node { kind } } } }
    }""",
    "messages": """query L($id: ID!, $after: String) { session(id: $id) {
      ... on ChatSession { messages(first: 5, after: $after) { edges { node { content } } } }
    } }""",
}
STREAM = """subscription S($id: ID!, $after: String) {
  FIELD(sessionId: $id, after: $after) { cursor }
}"""
STREAMS = {field: STREAM.replace("FIELD", field) for field in ("chatTokens", "sessionEvents")}


@pytest.fixture(scope="module")
def accounts(database_url):
    """Two accounts of one server, each with a chat."""
    with issuing() as issuer, serving(**issuer.settings(DATABASE_URL=database_url)) as server:
        yield [
            server.by(issuer.token(sub=f"user of {name}", account=name, role="engineer"))
            for name in ("acme", "globex")
        ]


@pytest.fixture(scope="module")
def chats(accounts):
    made = [served.data(CREATE, input=CHAT)["createSession"] for served in accounts]
    return [(each["session"]["id"], each["generation"]["cursor"]) for each in made]


def streamed(served, query, **variables) -> str:
    """The whole answer of a stream that ends."""
    with served.client as client:
        asked = {"query": query, "variables": variables}
        return client.post("/graphql", json=asked, headers={"accept": "text/event-stream"}).text


@pytest.mark.parametrize("field", STREAMS)
def test_a_stream_of_anothers_is_of_nothing_with_any_cursor(accounts, chats, field):
    (_, own_cursor), (foreign, foreign_cursor) = chats
    for cursor in (None, own_cursor, foreign_cursor):
        said = streamed(accounts[0], STREAMS[field], id=foreign, after=cursor)
        assert "NOT_FOUND" in said or "INVALID_INPUT" in said
        assert 'cursor":' not in said


def test_a_cursor_into_anothers_answer_opens_no_way_to_it(accounts, chats):
    (own, _), (_, foreign_cursor) = chats
    said = streamed(accounts[0], STREAMS["chatTokens"], id=own, after=foreign_cursor)
    assert "NOT_FOUND" in said


@pytest.mark.parametrize("name", LISTS)
def test_a_cursor_of_anothers_list_shows_ones_own(accounts, chats, name):
    """It names a place, not a list: who knows one learns nothing by it."""
    (own, _), (foreign, _) = chats
    theirs = accounts[1].data(THINGS, id=foreign)
    places = {**theirs, **theirs["session"]}
    answer = accounts[0].ask(LISTS[name], id=own, after=places[name]["pageInfo"]["endCursor"])
    assert foreign not in json.dumps(answer)
    for error in answer.get("errors", ()):
        assert error["extensions"]["code"] == "INVALID_INPUT"


def test_an_id_is_no_key(accounts, chats):
    foreign = chats[1][0]
    assert accounts[0].data(SIGNED, id=foreign) == {"session": None, "node": None}
    assert accounts[1].data(SIGNED, id=foreign)["session"] == {"id": foreign}


def test_who_leaves_in_the_middle_of_a_change_leaves_it_done_or_undone(accounts):
    """Never half done, and nobody else notices."""
    served = accounts[0]
    place = urlsplit(served.url)
    before = served.data(COUNT)["sessions"]["totalCount"]
    for pause in (0, 0.001, 0.005, 0.02) * 5:
        body = json.dumps({"query": CREATE, "variables": {"input": CHAT}}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {served.bearer}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((place.hostname, place.port)) as connection:
            connection.sendall(head.encode() + body)
            time.sleep(pause)
    # A change that is committed has its first event, its message and its answer.
    deadline = time.monotonic() + PATIENCE
    whole = """{ sessions(first: 100) { totalCount edges { node {
      history { totalCount } ... on ChatSession { messages { totalCount } }
    } } } }"""
    while True:
        found = served.data(whole)["sessions"]
        nodes = [edge["node"] for edge in found["edges"]]
        if all(node["messages"]["totalCount"] == 2 for node in nodes):
            break
        assert time.monotonic() < deadline, nodes
        time.sleep(0.05)
    assert before <= found["totalCount"] <= before + 20
    assert all(node["history"]["totalCount"] >= 2 for node in nodes)
    assert "errors" not in served.ask(VIEWER)
    assert "Traceback" not in "".join(served.log)
