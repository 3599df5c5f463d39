"""A session of another account answers like one that does not exist: to every operation."""

import re
from uuid import uuid4

import pytest
from graphql import build_schema

from schema import ids
from schema.build import schema
from tests.operations import (
    GENERATION_EVENTS,
    SESSION_EVENTS,
    TOKENS,
    call,
    chat,
    create,
    ending,
    everything,
    get,
    guided,
    history,
)

SCHEMA = build_schema(schema.as_str())
UUIDS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

#: What each takes beside the ids of things that are not theirs.
MUTATIONS = {
    "sendChatMessage": {"sessionId": "chat", "content": "hello"},
    "respondToStep": {"sessionId": "guided", "stepId": "step", "answer": {"skip": True}},
    "rateMessage": {"messageId": "message", "rating": "UP"},
    "editDocument": {"documentId": "document", "markdown": "mine"},
    "stopGeneration": {"generationId": "running"},
    "escalate": {"sessionId": "chat", "reason": "mine"},
    "statusUpdate": {"sessionId": "chat", "audience": "CLIENT_UPDATE"},
    "renameSession": {"sessionId": "chat", "title": "mine"},
    "rateSession": {"sessionId": "chat", "rating": 1},
    **{
        verb: {"sessionId": "chat"}
        for verb in (
            *("resolve", "claim", "pause", "resume", "abandon", "reopen"),
            *("regenerate", "deleteSession"),
        )
    },
}
SUBSCRIPTIONS = {
    "chatTokens": (TOKENS, {"sessionId": "chat"}),
    "sessionEvents": (SESSION_EVENTS, {"sessionId": "chat"}),
    "generationEvents": (GENERATION_EVENTS, {"generationId": "running"}),
}
EVERYTHING_SEEN = """
{
  sessions { totalCount }
  dashboard { byStatus { count } byType { count } generating medianTimeToFirstTokenMs }
}
"""


@pytest.fixture
async def things(api, assistant):
    """The ids of Ana's things, an answer being written among them."""
    talked = await chat(api)
    led = await guided(api)
    asked = {"sessionId": led["id"], "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { id }", **asked)
    document = (await ending(api, update["generation"]["id"]))["document"]["id"]
    answer = assistant.enqueue_held("Half ")
    busy = await create(api, "CHAT", "it hangs")
    yield {
        "chat": talked["id"],
        "guided": led["id"],
        "step": led["currentStep"]["id"],
        "message": talked["messages"]["edges"][1]["node"]["id"],
        "document": document,
        "running": busy["generation"]["id"],
    }
    answer.release("an answer.")
    assert (await ending(api, busy["generation"]["id"]))["text"] == "Half an answer."


def filled(asked, things):
    return {
        name: things.get(value, value) if isinstance(value, str) else value
        for name, value in asked.items()
    }


def forged(value):
    """The id of a thing of the same kind that there is not; other values stay as they are."""
    named = ids.split(value) if isinstance(value, str) else None
    if named is None:
        return value
    kind, key = named
    return ids.encode(kind, UUIDS.sub(lambda _: str(uuid4()), key))


def test_none_is_left_out():
    assert MUTATIONS.keys() == SCHEMA.mutation_type.fields.keys() - {"createSession"}
    assert SUBSCRIPTIONS.keys() == SCHEMA.subscription_type.fields.keys()


async def test_no_mutation_finds_what_is_anothers_or_leaves_a_trace(api, eve, things):
    before = [await history(api, things[kind]) for kind in ("chat", "guided")]
    for verb, asked in MUTATIONS.items():
        refused = await call(api.by(eve), verb, "__typename", **filled(asked, things))
        assert (refused["__typename"], refused["code"]) == ("NotFound", "NOT_FOUND"), verb
        assert refused["message"].startswith("There is no such "), verb
        unknown = {name: forged(value) for name, value in filled(asked, things).items()}
        assert await call(api.by(eve), verb, "__typename", **unknown) == refused, verb
    for kind, events in zip(("chat", "guided"), before, strict=True):
        after = await history(api, things[kind])
        assert [e for e in after if e["kind"] != "RENAMED"] == [
            e for e in events if e["kind"] != "RENAMED"
        ]


@pytest.mark.parametrize("field", SUBSCRIPTIONS)
async def test_no_subscription_shows_what_is_anothers(api, eve, things, field):
    document, asked = SUBSCRIPTIONS[field]
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api.by(eve), document, **filled(asked, things))


async def test_no_query_shows_what_is_anothers(api, eve, things):
    stranger = api.by(eve)
    for kind in ("chat", "guided"):
        assert await get(stranger, things[kind]) is None
    found = await stranger.data(
        "query One($id: ID!) { generation(id: $id) { id } node(id: $id) { id } }",
        id=things["running"],
    )
    assert found == {"generation": None, "node": None}
    seen = await stranger.data(EVERYTHING_SEEN)
    assert seen["sessions"]["totalCount"] == seen["dashboard"]["generating"] == 0
    assert seen["dashboard"]["medianTimeToFirstTokenMs"] is None
    counts = seen["dashboard"]["byStatus"] + seen["dashboard"]["byType"]
    assert {each["count"] for each in counts} == {0}


async def test_a_colleague_sees_everything_and_may_do_all_but_delete(api, ben, things):
    colleague = api.by(ben)
    for kind in ("chat", "guided"):
        seen, owners = await get(colleague, things[kind]), await get(api, things[kind])
        assert (seen["id"], seen["owner"]) == (owners["id"], {"name": "Ana"})
    allowed = {
        "sendChatMessage": "SendChatMessageSuccess",
        "renameSession": "RenameSessionSuccess",
        "rateSession": "RateSessionSuccess",
        "rateMessage": "RateMessageSuccess",
        "editDocument": "EditDocumentSuccess",
        "respondToStep": "RespondToStepSuccess",
        "statusUpdate": "StatusUpdateSuccess",
        "pause": "PauseSuccess",
        "deleteSession": "Forbidden",
    }
    for verb, outcome in allowed.items():
        answer = await call(colleague, verb, "__typename", **filled(MUTATIONS[verb], things))
        assert answer["__typename"] == outcome, verb


async def test_the_same_key_of_somebody_else_recalls_nothing_of_yours(api, eve):
    asked = {"idempotencyKey": "a key"}
    mine = await create(api, "CHAT", "it hangs", **asked)
    theirs = await create(api.by(eve), "CHAT", "it hangs", **asked)
    assert theirs["session"]["id"] != mine["session"]["id"]
    assert theirs["session"]["owner"] == {"name": "Eve"}
