"""One answer for many, over whichever transport each of them has come."""

import json
from contextlib import ExitStack

from tests.console.api_actions import described
from tests.operations import CREATE
from tests.server.graphql.test_sse import CHAT, events
from tests.server.websocket_client import socket_to

CHANGES = """
subscription Changes($first: Int!) {
  dashboardEvents {
    __typename
    ... on DashboardSessionChanged {
      kind session { title ... on ChatSession { messages(first: $first) { totalCount } } }
    }
  }
}
"""
RENAME = """
mutation Rename($id: ID!, $title: String!) {
  renameSession(input: { sessionId: $id, title: $title }) {
    ... on RenameSessionSuccess { session { title } } ... on Error { message }
  }
}
"""
#: Half of a pair: there is no text like it, but JSON may spell it.
HALF = "\ud800"
TITLE = 'Büro "West" \\ 🔥'


def all_told(served, first: int, title: str) -> list[dict]:
    """What those are told who look on over sockets and over server-sent events."""
    created = served.data(CREATE, input=CHAT)["createSession"]["session"]
    # Nothing happens to it any more by itself, and is told together with what is done here.
    described(served, created["id"])
    asked = {"query": CHANGES, "variables": {"first": first}}
    with ExitStack() as stack:
        client = stack.enter_context(served.client)
        stream = stack.enter_context(
            client.stream("POST", "/graphql", json=asked, headers={"accept": "text/event-stream"})
        )
        sent = (data for _, data in events(stream.iter_lines()))
        sockets = [stack.enter_context(socket_to(served)) for _ in range(2)]
        for socket, operation in zip(sockets, ("1", HALF), strict=True):
            socket.subscribe(CHANGES, operation, first=first)
        everybody = [sent, *(socket.results() for socket in sockets)]
        for each in everybody:
            assert next(each)["data"]["dashboardEvents"]["__typename"] == "DashboardSnapshot"
        served.data(RENAME, id=created["id"], title=title)
        return [renamed(each) for each in everybody]


def renamed(told) -> dict:
    """What the assistant does comes before or after."""
    for payload in told:
        if payload["data"] is None or payload["data"]["dashboardEvents"]["kind"] == "RENAMED":
            return payload
    raise AssertionError("the stream has ended")


def test_all_are_told_the_same(served):
    one, *others = all_told(served, 1, TITLE)
    assert one["data"]["dashboardEvents"]["session"]["title"] == TITLE
    assert "errors" not in one
    assert all(other == one for other in others)


def test_all_are_told_the_same_of_what_goes_wrong(served):
    one, *others = all_told(served, 1_000, json.dumps(TITLE))
    assert one["data"] is None
    assert one["errors"][0]["extensions"]["code"]
    assert all(other["errors"][0]["message"] == one["errors"][0]["message"] for other in others)
