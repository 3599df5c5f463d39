"""The facts of each kind of event, typed."""

import pytest
from graphql import GraphQLUnionType

import models
from models import SessionEventKind
from resolvers.schema import schema
from schema import ids
from schema.events.details import DETAILS_BY_KIND
from tests import factories
from tests.operations import call, chat, create, ending, get, guided, history, move, respond, send

DETAILS = """
fragment Details on SessionEvent {
  kind
  details {
    __typename
    ... on CreatedDetails { sessionType }
    ... on MessageAddedDetails {
      messageId role interrupted replacedMessageId message { content }
    }
    ... on MessageQueuedDetails { messageId message { content } generation { status } }
    ... on StepAddedDetails { order stepType step { content } }
    ... on StepAnsweredDetails { order answer step { answer { skipped } } }
    ... on ResolvedDetails { resolutionSummary }
    ... on EscalatedDetails { reason toUser { name } }
    ... on AbandonedDetails { reason }
    ... on RenamedDetails { title }
    ... on DocumentDetails { documentKind document { kind } }
    ... on SessionRatedDetails { sessionRating }
    ... on MessageRatedDetails { messageId messageRating message { rating } }
    ... on GenerationStartedDetails { generation { kind } }
    ... on GenerationFinishedDetails { generationStatus errorCode generation { kind } }
  }
}
"""
HISTORY = "query ($id: ID!) { session(id: $id) { history { edges { node { ...Details } } } } }"
EVENTS = """
subscription ($id: ID!, $after: String) {
  sessionEvents(sessionId: $id, after: $after) { ...Details }
}
"""
#: Kinds that say all by their name, and those of ticket systems.
WITHOUT = {
    *("PAUSED", "RESUMED", "CLAIMED", "REOPENED", "DELETED"),
    *("TICKET_LINKED", "TICKET_UNLINKED", "NOTE_PUSHED", "NOTE_PUSH_FAILED"),
}


async def details(api, session_id) -> list[tuple[str, dict | None]]:
    found = (await api.data(HISTORY + DETAILS, id=session_id))["session"]["history"]
    return [(edge["node"]["kind"], edge["node"]["details"]) for edge in found["edges"]]


def of_kind(found, kind: str) -> list[dict]:
    return [details for each, details in found if each == kind]


def test_every_kind_has_details_or_needs_none():
    assert {kind.name for kind in SessionEventKind} == {
        *WITHOUT,
        *(kind.name for kind in DETAILS_BY_KIND),
    }
    union = schema._schema.type_map["SessionEventDetails"]
    assert isinstance(union, GraphQLUnionType)
    assert all(f"... on {member.name} " in DETAILS for member in union.types)


async def test_of_a_chat(api, ben, assistant):
    session = await chat(api, "It hangs")
    reply = session["messages"]["edges"][1]["node"]
    await call(api, "rateMessage", "__typename", messageId=reply["id"], rating="DOWN")
    anew = await call(api, "regenerate", "generation { id }", sessionId=session["id"])
    await ending(api, anew["generation"]["id"])
    await call(api, "renameSession", "__typename", sessionId=session["id"], title="Mine")
    await call(api, "rateSession", "__typename", sessionId=session["id"], rating=4)
    to = (await api.by(ben).data("{ viewer { id } }"))["viewer"]["id"]
    await move(api, "escalate", session["id"], reason="Beyond me", toUserId=to)
    await move(api, "abandon", session["id"], reason="Nobody answers")
    found = await details(api, session["id"])
    assert of_kind(found, "CREATED") == [{"__typename": "CreatedDetails", "sessionType": "CHAT"}]
    asked, replaced, new = of_kind(found, "MESSAGE_ADDED")
    assert (asked["role"], asked["message"]) == ("USER", {"content": "It hangs"})
    assert (replaced["messageId"], replaced["message"]) == (reply["id"], None)
    assert new["replacedMessageId"] == reply["id"]
    assert new["message"] == {"content": "This is a scripted answer."}
    [rated] = [each for each in of_kind(found, "RATED") if "messageId" in each]
    assert (rated["messageId"], rated["messageRating"]) == (reply["id"], "DOWN")
    [of_session] = [each for each in of_kind(found, "RATED") if "messageId" not in each]
    assert of_session == {"__typename": "SessionRatedDetails", "sessionRating": 4}
    assert {"__typename": "RenamedDetails", "title": "Mine"} in of_kind(found, "RENAMED")
    assert of_kind(found, "ESCALATED") == [
        {"__typename": "EscalatedDetails", "reason": "Beyond me", "toUser": {"name": "Ben"}}
    ]
    assert of_kind(found, "ABANDONED") == [
        {"__typename": "AbandonedDetails", "reason": "Nobody answers"}
    ]
    assert of_kind(found, "GENERATION_STARTED")[0]["generation"] == {"kind": "CHAT_REPLY"}
    ended = of_kind(found, "GENERATION_FINISHED")[0]
    assert (ended["generationStatus"], ended["errorCode"]) == ("COMPLETED", None)


async def test_of_a_guided_session(api):
    led = await guided(api)
    await respond(api, led["id"], led["currentStep"]["id"], skip=True)
    summary = "Replaced the cable"
    resolved = await call(
        api, "resolve", "generations { id }", sessionId=led["id"], resolutionSummary=summary
    )
    await ending(api, resolved["generations"][0]["id"])
    await move(api, "reopen", led["id"])
    found = await details(api, led["id"])
    added, _ = of_kind(found, "STEP_ADDED")
    assert (added["order"], added["step"]["content"]) == (1, led["currentStep"]["content"])
    [answered] = of_kind(found, "STEP_ANSWERED")
    assert (answered["answer"], answered["step"]) == ("(skipped)", {"answer": {"skipped": True}})
    assert of_kind(found, "RESOLVED")[0]["resolutionSummary"] == summary
    assert of_kind(found, "REOPENED") == [None]
    [written] = of_kind(found, "DOCUMENT_READY")
    assert (written["documentKind"], written["document"]) == (
        "TICKET_NOTES",
        {"kind": "TICKET_NOTES"},
    )


async def test_of_a_queued_message_and_of_a_failure(api, assistant):
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "It hangs")
    session_id = created["session"]["id"]
    queued = await send(api, session_id, "And?", whenBusy="ENQUEUE")
    [waiting] = of_kind(await details(api, session_id), "MESSAGE_QUEUED")
    assert (waiting["message"], waiting["generation"]) == (None, {"status": "QUEUED"})
    answer.release("two")
    await ending(api, queued["generation"]["id"])
    [answered] = of_kind(await details(api, session_id), "MESSAGE_QUEUED")
    assert answered["message"] == {"content": "And?"}


async def test_live_events_have_them_too(api):
    session = await chat(api)
    last = (await history(api, session["id"]))[-1]["cursor"]
    async with api.subscribed(EVENTS + DETAILS, id=session["id"], after=last) as events:
        await call(api, "renameSession", "__typename", sessionId=session["id"], title="Mine")
        wanted = {"__typename": "RenamedDetails", "title": "Mine"}
        while (await anext(events))["details"] != wanted:
            pass


@pytest.mark.parametrize(
    ("kind", "detail"),
    [
        ("RATED", {}),
        ("RATED", {"rating": "many"}),
        ("STEP_ADDED", {"step_id": "none"}),
        ("DOCUMENT_READY", {"kind": "poem"}),
        ("CREATED", {"session_type": None}),
    ],
)
async def test_an_event_without_its_facts_has_no_details(api, running, ana, kind, detail):
    row = factories.chat_session(ana)
    await factories.save(running, row)
    event = models.SessionEvent(
        account_id=ana.account_id,
        session_id=row.id,
        kind=SessionEventKind[kind],
        detail=detail,
    )
    await factories.save(running, event)
    id = ids.encode_global_id("ChatSession", row.id)
    assert await details(api, id) == [(kind, None)]
    assert (await get(api, id))["status"] == "ACTIVE"
