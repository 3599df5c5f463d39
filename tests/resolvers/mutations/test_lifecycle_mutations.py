"""Resolve, escalate, pause, resume, abandon, reopen: the same for both kinds."""

import asyncio

import pytest

from models import GenerationKind, Role
from tests import factories
from tests.api_client import PATIENCE, eventually
from tests.operations import call, chat, create, ending, get, history, messages, move, send, shown


async def documents(api, session_id, kind):
    async def written():
        found = (await get(api, session_id))["documents"]
        return [document for document in found if document["kind"] == kind]

    return await eventually(written)


WRITTEN = "query Written($id: ID!) { generation(id: $id) { status text } }"
REASON = {"escalate": {"reason": "Out of ideas"}, "resolve": {"resolutionSummary": "Restarted"}}


@pytest.mark.parametrize(
    ("verb", "status", "time", "event"),
    [
        ("pause", "PAUSED", "pausedAt", "PAUSED"),
        ("resolve", "RESOLVED", "resolvedAt", "RESOLVED"),
        ("escalate", "ESCALATED", "escalatedAt", "ESCALATED"),
        ("abandon", "ABANDONED", "abandonedAt", "ABANDONED"),
    ],
)
async def test_status_time_actor_and_event(api, session, verb, status, time, event):
    moved = await move(api, verb, session["id"], **REASON.get(verb, {}))
    assert moved["session"]["status"] == status
    assert moved["session"][time]
    assert moved["session"]["stateVersion"] > session["stateVersion"]
    [noted] = [each for each in await history(api, session["id"]) if each["kind"] == event]
    assert noted["actor"] == {"name": "Ana"}


async def test_what_was_paused_is_resumed(api, ben, session):
    await move(api, "pause", session["id"])
    resumed = (await move(api.by(ben), "resume", session["id"]))["session"]
    assert (resumed["status"], resumed["pausedAt"]) == ("ACTIVE", None)
    [noted] = [each for each in await history(api, session["id"]) if each["kind"] == "RESUMED"]
    assert noted["actor"] == {"name": "Ben"}


async def test_resuming_what_has_changed_meanwhile_is_stale(api, session):
    paused = (await move(api, "pause", session["id"]))["session"]
    await call(api, "rateSession", "session { id }", sessionId=session["id"], rating=3)
    refused = await move(api, "resume", session["id"], expectedStateVersion=paused["stateVersion"])
    assert refused["__typename"] == "StaleState"
    assert (await get(api, session["id"]))["status"] == "PAUSED"


@pytest.mark.parametrize("verb", ["resolve", "abandon"])
async def test_what_was_closed_is_reopened(api, session, verb):
    await move(api, verb, session["id"])
    reopened = (await move(api, "reopen", session["id"]))["session"]
    assert (reopened["status"], reopened["resolvedAt"], reopened["abandonedAt"]) == (
        "ACTIVE",
        None,
        None,
    )
    assert "REOPENED" in [each["kind"] for each in await history(api, session["id"])]


async def test_a_solution_that_did_not_hold_is_forgotten(api, session):
    await move(api, "resolve", session["id"], resolutionSummary="Restarted it")
    reopened = (await move(api, "reopen", session["id"]))["session"]
    assert reopened["resolutionSummary"] is None


async def test_a_document_of_an_earlier_end_does_not_overwrite_that_of_a_later(
    api, session, assistant
):
    early, late = [assistant.enqueue_held("The ") for _ in range(2)]
    begun = []
    for answer in (early, late):
        resolved = await call(api, "resolve", "generations { id }", sessionId=session["id"])
        begun += [each["id"] for each in resolved["generations"]]
        await asyncio.wait_for(answer.held.wait(), PATIENCE)
        if answer is early:
            await move(api, "reopen", session["id"])
    for answer, id, words in ((late, begun[1], "later notes"), (early, begun[0], "earlier notes")):
        answer.release(words)
        await ending(api, id)
    [notes] = (await get(api, session["id"]))["documents"]
    assert notes["markdown"] == "The later notes"


async def test_why_it_was_closed_stands_in_the_history(api, session):
    await move(api, "abandon", session["id"], reason="  The client has left ")
    [noted] = [each for each in await history(api, session["id"]) if each["kind"] == "ABANDONED"]
    assert noted["detail"] == {"reason": "The client has left"}


@pytest.mark.parametrize(
    ("verb", "word"),
    [("resolve", "resolutionSummary"), ("escalate", "reason"), ("abandon", "reason")],
)
async def test_too_many_words_about_it_are_refused(api, session, verb, word):
    refused = await move(api, verb, session["id"], **{word: "x" * 8_001})
    assert refused["__typename"] == "InvalidInput"
    assert "8,001 characters" in refused["message"]
    assert (await get(api, session["id"]))["status"] == "ACTIVE"


async def test_resolving_again_writes_into_the_same_notes(api, assistant, session):
    assistant.enqueue("First version.")
    await move(api, "resolve", session["id"])
    [first] = await documents(api, session["id"], "TICKET_NOTES")
    await move(api, "reopen", session["id"])
    assistant.enqueue("Second version.")
    resolved = await call(api, "resolve", "generations { id }", sessionId=session["id"])
    ended = await ending(api, resolved["generations"][0]["id"])
    assert ended["document"]["markdown"] == "Second version."
    [second] = await documents(api, session["id"], "TICKET_NOTES")
    assert second["id"] == first["id"]


@pytest.mark.parametrize("verb", ["pause", "resolve", "escalate", "abandon"])
async def test_a_state_seen_earlier_is_stale(api, session, verb):
    version = (await get(api, session["id"]))["stateVersion"]
    refused = await move(
        api, verb, session["id"], expectedStateVersion=version - 1, **REASON.get(verb, {})
    )
    assert refused["__typename"] == "StaleState"
    assert refused["session"]["stateVersion"] >= version
    assert (await get(api, session["id"]))["status"] == "ACTIVE"


async def test_the_expected_state_is_fine(api, session):
    async def paused():
        # The title that is made at the same time changes the state too: then it is seen anew.
        version = (await get(api, session["id"]))["stateVersion"]
        moved = await move(api, "pause", session["id"], expectedStateVersion=version)
        return moved["__typename"] == "PauseSuccess"

    assert await eventually(paused)


async def test_resolving_writes_ticket_notes(api, assistant, session):
    assistant.enqueue("## Problem\n\nIt hung.")
    await move(api, "resolve", session["id"], resolutionSummary="Restarted")
    [notes] = await documents(api, session["id"], "TICKET_NOTES")
    assert notes["markdown"] == "## Problem\n\nIt hung."
    asked = assistant.requests[-1]
    assert asked.kind is GenerationKind.TICKET_NOTES
    assert asked.snapshot.resolution_summary == "Restarted"


async def test_resolving_writes_all_that_is_asked_for(api, session):
    kinds = ["TICKET_NOTES", "KNOWLEDGE_ARTICLE", "CLIENT_SUMMARY"]
    await move(api, "resolve", session["id"], documents=kinds)
    for kind in kinds:
        assert await documents(api, session["id"], kind)


async def test_resolving_writes_nothing_if_nothing_is_asked_for(api, assistant, session):
    asked = len(assistant.requests)
    moved = await move(api, "resolve", session["id"], documents=[])
    assert moved["session"]["status"] == "RESOLVED"
    assert len(assistant.requests) == asked


@pytest.mark.parametrize("kind", ["STATUS_UPDATE", "ESCALATION_PACKAGE"])
async def test_resolving_writes_no_document_of_another_occasion(api, session, kind):
    refused = await move(api, "resolve", session["id"], documents=[kind])
    assert refused["__typename"] == "InvalidInput"
    assert (await get(api, session["id"]))["status"] == "ACTIVE"


async def test_escalating_writes_a_package(api, assistant, session):
    assistant.enqueue("## Problem\n\nIt hangs.")
    moved = await move(api, "escalate", session["id"], reason="Out of ideas")
    assert moved["session"]["escalationReason"] == "Out of ideas"
    [package] = await documents(api, session["id"], "ESCALATION_PACKAGE")
    assert package["markdown"] == "## Problem\n\nIt hangs."


async def test_escalating_needs_a_reason(api, session):
    refused = await move(api, "escalate", session["id"], reason="  ")
    assert refused["__typename"] == "InvalidInput"


async def test_escalating_to_a_colleague(api, ben, session):
    to = await api.by(ben).data("{ viewer { id } }")
    moved = await move(api, "escalate", session["id"], reason="Yours", toUserId=to["viewer"]["id"])
    assert moved["session"]["escalatedTo"] == {"name": "Ben"}


async def test_nobody_escalates_to_who_cannot_take_it(api, running, ana, eve, session):
    guest = await factories.user(running, "Gus", account_id=ana.account_id, role=Role.VIEWER)
    for whom, failure in {ana: "InvalidInput", guest: "InvalidInput", eve: "NotFound"}.items():
        to = (await api.by(whom).data("{ viewer { id } }"))["viewer"]["id"]
        refused = await move(api, "escalate", session["id"], reason="Yours", toUserId=to)
        assert refused["__typename"] == failure


@pytest.mark.parametrize("id", ["", "nonsense", "VXNlcjp4"])
async def test_nobody_escalates_to_nobody(api, session, id):
    refused = await move(api, "escalate", session["id"], reason="Yours", toUserId=id)
    assert refused["__typename"] == "NotFound"
    assert (await get(api, session["id"]))["status"] == "ACTIVE"


@pytest.mark.parametrize("kind", ["CHAT", "GUIDED"])
@pytest.mark.parametrize("verb", ["pause", "resolve", "escalate", "abandon"])
async def test_a_running_answer_is_stopped_and_what_is_written_of_it_kept(
    api, assistant, verb, kind
):
    answer = assistant.enqueue_held("Half an ")
    created = await create(api, kind, "zyzzyva quux frobnicates")
    session_id, generation_id = created["session"]["id"], created["generation"]["id"]
    await shown(api, generation_id, "Half an ")
    viewer = asyncio.create_task(ending(api, generation_id))

    moved = await move(api, verb, session_id, **REASON.get(verb, {}))

    told = await viewer
    assert told["__typename"] == "GenerationCancelled"
    assert told["reason"] == f"The session was {moved['session']['status'].lower()}."
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)
    turn = (await api.data(WRITTEN, id=generation_id))["generation"]
    assert turn == {"status": "CANCELLED", "text": "Half an "}
    session = await get(api, session_id)
    if kind == "GUIDED":
        assert session["currentStep"] is None
        return
    assert messages(session) == [("USER", "zyzzyva quux frobnicates"), ("ASSISTANT", "Half an ")]
    assert session["messages"]["edges"][1]["node"]["interrupted"]


async def test_what_a_pause_stopped_is_asked_for_again_after_it(api, assistant):
    answer = assistant.enqueue_held("Half a ")
    session_id = (await create(api, "GUIDED", "zyzzyva quux frobnicates"))["session"]["id"]
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    await move(api, "pause", session_id)
    await move(api, "resume", session_id)
    anew = await call(api, "regenerate", "generation { id }", sessionId=session_id)
    assert (await ending(api, anew["generation"]["id"]))["step"]["order"] == 1


async def test_a_chat_goes_on_after_it_was_reopened(api):
    session = await chat(api)
    await move(api, "resolve", session["id"], documents=[])
    await move(api, "reopen", session["id"])
    sent = await send(api, session["id"], "it is back")
    assert (await ending(api, sent["generation"]["id"]))["__typename"] == "GenerationCompleted"


@pytest.mark.parametrize(
    "verb", ["pause", "resume", "resolve", "escalate", "claim", "abandon", "reopen"]
)
async def test_an_unknown_session_is_not_found(api, verb):
    for id in ("nonsense", "Q2hhdFNlc3Npb246MDFhMjA4ZGUtY2E2MS03NDUyLWFkYTYtNWRkZWIyMjkwZjQ2"):
        assert (await move(api, verb, id, **REASON.get(verb, {})))["__typename"] == "NotFound"
