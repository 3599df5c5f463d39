"""A session of another account answers like one that does not exist: to every operation."""

import re
from uuid import uuid4

import pytest
from graphql import build_schema

from models import Role
from resolvers.permissions import RequiresRole
from resolvers.schema import Mutation, Query, Subscription, schema
from schema import ids
from tests import factories
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
NOT_OF_A_SESSION = {"createSession", "updateAccount"}
SUBSCRIPTIONS = {
    "chatTokens": (TOKENS, {"sessionId": "chat"}),
    "sessionEvents": (SESSION_EVENTS, {"sessionId": "chat"}),
    "generationEvents": (GENERATION_EVENTS, {"generationId": "running"}),
}
EVERYTHING_SEEN = """
{
  sessions { totalCount }
  users { totalCount edges { node { name } } }
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
    named = ids.parse_global_id(value) if isinstance(value, str) else None
    if named is None:
        return value
    kind, key = named
    return ids.encode_global_id(kind, UUIDS.sub(lambda _: str(uuid4()), key))


def test_none_is_left_out():
    assert MUTATIONS.keys() == SCHEMA.mutation_type.fields.keys() - NOT_OF_A_SESSION
    # A dashboard is asked for by no id: see its own tests.
    asked_by_id = SCHEMA.subscription_type.fields.keys() - {"dashboardEvents"}
    assert SUBSCRIPTIONS.keys() == asked_by_id


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
    assert seen["users"] == {"totalCount": 1, "edges": [{"node": {"name": "Eve"}}]}
    assert seen["dashboard"]["medianTimeToFirstTokenMs"] is None
    counts = seen["dashboard"]["byStatus"] + seen["dashboard"]["byType"]
    assert {each["count"] for each in counts} == {0}


#: What somebody does to Ana's things who may work on them. The others are not fit for now.
WORK = {
    "sendChatMessage": "SendChatMessageSuccess",
    "renameSession": "RenameSessionSuccess",
    "rateSession": "RateSessionSuccess",
    "rateMessage": "RateMessageSuccess",
    "editDocument": "EditDocumentSuccess",
    "respondToStep": "RespondToStepSuccess",
    "statusUpdate": "StatusUpdateSuccess",
    "pause": "PauseSuccess",
    "resume": "ResumeSuccess",
}
#: Claiming is for everybody who works, and this session has not been handed on.
CLAIM = {"claim": "InvalidTransition"}


async def outcomes(api, things) -> dict[str, str]:
    """Of everything but stopping the answer that others wait for; deleting comes last."""
    found = {}
    others = sorted(MUTATIONS.keys() - WORK.keys() - {"deleteSession", "stopGeneration"})
    for verb in (*WORK, *others, "deleteSession"):
        answer = await call(api, verb, "__typename", **filled(MUTATIONS[verb], things))
        found[verb] = answer["__typename"]
    return found


async def test_everybody_of_the_account_sees_everything(api, running, ana, things):
    for role in Role:
        who = await factories.user(running, role.name, account_id=ana.account_id, role=role)
        for kind in ("chat", "guided"):
            seen, owners = await get(api.by(who), things[kind]), await get(api, things[kind])
            assert (seen["id"], seen["owner"]) == (owners["id"], {"name": "Ana"})


async def test_a_viewer_changes_nothing(api, running, ana, things):
    vera = await factories.user(running, "Vera", account_id=ana.account_id, role=Role.VIEWER)
    assert set((await outcomes(api.by(vera), things)).values()) == {"Forbidden"}
    created = await api.by(vera).data(
        "mutation ($input: CreateSessionInput!) { createSession(input: $input) { __typename } }",
        input={"intake": {"text": "it hangs"}},
    )
    assert created == {"createSession": {"__typename": "Forbidden"}}
    for kind in ("chat", "guided"):
        assert (await get(api.by(vera), things[kind]))["allowedActions"] == []


async def test_an_engineer_works_on_no_session_of_a_colleague(api, running, ana, things):
    carl = await factories.user(running, "Carl", account_id=ana.account_id)
    found = await outcomes(api.by(carl), things)
    assert found == dict.fromkeys(found, "Forbidden") | CLAIM
    stopped = await call(
        api.by(carl), "stopGeneration", "__typename", **filled(MUTATIONS["stopGeneration"], things)
    )
    assert stopped["__typename"] == "Forbidden"
    assert (await get(api.by(carl), things["chat"]))["allowedActions"] == []


async def test_an_engineer_works_on_what_was_handed_to_them(api, running, ana, things):
    carl = await factories.user(running, "Carl", account_id=ana.account_id)
    await call(api, "escalate", "__typename", sessionId=things["chat"], reason="It is beyond me")
    assert (await get(api.by(carl), things["chat"]))["allowedActions"] == ["CLAIM"]
    claimed = await call(api.by(carl), "claim", "__typename", sessionId=things["chat"])
    assert claimed["__typename"] == "ClaimSuccess"
    said = await call(
        api.by(carl),
        "sendChatMessage",
        "__typename",
        **filled(MUTATIONS["sendChatMessage"], things),
    )
    assert said["__typename"] == "SendChatMessageSuccess"
    assert "RESOLVE" in (await get(api.by(carl), things["chat"]))["allowedActions"]


async def test_a_lead_works_on_all_sessions_and_deletes_none(api, ben, things):
    found = await outcomes(api.by(ben), things)
    assert {verb: found[verb] for verb in WORK} == WORK
    assert found["deleteSession"] == "Forbidden"


async def test_an_administrator_may_do_all(api, running, ana, things):
    ada = await factories.user(running, "Ada", account_id=ana.account_id, role=Role.ADMIN)
    found = await outcomes(api.by(ada), things)
    # What one has handed on oneself is for somebody else to claim.
    assert [verb for verb in found if found[verb] == "Forbidden"] in ([], ["claim"])
    assert found["deleteSession"] == "DeleteSessionSuccess"


async def test_one_deletes_ones_own(api, things):
    deleted = await call(api, "deleteSession", "__typename", sessionId=things["guided"])
    assert deleted["__typename"] == "DeleteSessionSuccess"


def test_every_operation_says_who_may_use_it():
    for definition in (Query, Mutation, Subscription):
        for field in definition.__strawberry_definition__.fields:
            declared = [each for each in field.extensions if isinstance(each, RequiresRole)]
            assert len(declared) == 1, field.name
            is_change = definition is Mutation
            assert (declared[0].role.rank > Role.VIEWER.rank) == is_change, field.name


async def test_the_same_key_of_somebody_else_recalls_nothing_of_yours(api, eve):
    asked = {"idempotencyKey": "a key"}
    mine = await create(api, "CHAT", "it hangs", **asked)
    theirs = await create(api.by(eve), "CHAT", "it hangs", **asked)
    assert theirs["session"]["id"] != mine["session"]["id"]
    assert theirs["session"]["owner"] == {"name": "Eve"}
