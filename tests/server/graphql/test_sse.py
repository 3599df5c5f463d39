"""GraphQL over server-sent events, as curl and EventSource clients use it."""

import json
from collections.abc import Iterator

from tests.operations import CREATE, GENERATION_EVENTS, GET, messages

CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict]]:
    name = ""
    for line in lines:
        if line.startswith("event:"):
            name = line.removeprefix("event:").strip()
            if name == "complete":
                return
        if line.startswith("data:"):
            yield name, json.loads(line.removeprefix("data:"))


def test_an_answer_streams_to_its_end(live, provider):
    answer = provider.script(CHAT["intake"]["text"], "The mailbox is full.")
    answer.release(2)
    created = live.data(CREATE, input=CHAT)["createSession"]
    asked = {
        "query": GENERATION_EVENTS,
        "variables": {"generationId": created["generation"]["id"]},
    }
    received = []
    with (
        live.client as client,
        client.stream(
            "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
        ) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        for name, data in events(stream.iter_lines()):
            assert name == "next"
            received.append(data["data"]["generationEvents"])
            if "text" in received[-1]:
                # The rest comes behind what has been seen.
                answer.finish()

    text = "".join(event.get("text", "") for event in received)
    assert received[-1]["__typename"] == "GenerationCompleted"
    assert sum(event["__typename"] == "TokenDelta" for event in received) > 1
    session = live.data(GET, id=created["session"]["id"])["session"]
    assert messages(session)[1] == ("ASSISTANT", text)


def test_frames_end_in_line_feeds_alone(served):
    created = served.data(CREATE, input=CHAT)["createSession"]
    params = {
        "query": GENERATION_EVENTS,
        "variables": json.dumps({"generationId": created["generation"]["id"]}),
    }
    with (
        served.client as client,
        client.stream(
            "GET", "/graphql", params=params, headers={"accept": "text/event-stream"}
        ) as answer,
    ):
        assert b"\r" not in b"".join(answer.iter_raw())


def test_a_refused_subscription_says_why_in_the_stream(served):
    asked = {"query": GENERATION_EVENTS, "variables": {"generationId": "nonsense"}}
    with (
        served.client as client,
        client.stream(
            "POST", "/graphql", json=asked, headers={"accept": "text/event-stream"}
        ) as answer,
    ):
        [(name, data)] = events(answer.iter_lines())
    assert name == "next"
    assert data["errors"][0]["extensions"]["code"] == "NOT_FOUND"
