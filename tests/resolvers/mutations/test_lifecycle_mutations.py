"""Resolve, escalate, pause, resume, abandon, reopen: the same for both kinds."""

import asyncio

import pytest

from models import GenerationKind
from tests.client import PATIENCE, eventually
from tests.operations import chat, create, ending, get, messages, move, send, shown

HISTORY = """
query History($id: ID!) {
  session(id: $id) { history { edges { node { kind actor { name } detail } } } }
}
"""


@pytest.fixture(params=["CHAT", "GUIDED"])
async def session(request, api):
    """A session of either kind in which nothing is being written."""
    if request.param == "CHAT":
        return await chat(api)
    return (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]


async def history(api, session_id):
    edges = (await api.data(HISTORY, id=session_id))["session"]["history"]["edges"]
    return [edge["node"] for edge in edges]


async def documents(api, session_id, kind):
    async def written():
        found = (await get(api, session_id))["documents"]
        return [document for document in found if document["kind"] == kind]

    return await eventually(written)


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


async def test_what_was_paused_is_resumed(api, session):
    await move(api, "pause", session["id"])
    resumed = (await move(api, "resume", session["id"]))["session"]
    assert (resumed["status"], resumed["pausedAt"]) == ("ACTIVE", None)


@pytest.mark.parametrize("verb", ["resolve", "abandon"])
async def test_what_was_closed_is_reopened(api, session, verb):
    await move(api, verb, session["id"])
    reopened = (await move(api, "reopen", session["id"]))["session"]
    assert (reopened["status"], reopened["resolvedAt"], reopened["abandonedAt"]) == (
        "ACTIVE",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("before", "verb", "status"),
    [
        ([], "resume", "ACTIVE"),
        ([], "reopen", "ACTIVE"),
        (["pause"], "pause", "PAUSED"),
        (["resolve"], "resolve", "RESOLVED"),
        (["resolve"], "escalate", "RESOLVED"),
        (["abandon"], "pause", "ABANDONED"),
        (["escalate"], "pause", "ESCALATED"),
        (["escalate"], "escalate", "ESCALATED"),
    ],
)
async def test_what_the_status_does_not_allow_is_refused(api, session, before, verb, status):
    for earlier in before:
        await move(api, earlier, session["id"], **REASON.get(earlier, {}))
    refused = await move(api, verb, session["id"], **REASON.get(verb, {}))
    assert refused["__typename"] == "InvalidTransition"
    assert (refused["status"], refused["action"]) == (status, verb.upper())
    assert verb.upper() not in (await get(api, session["id"]))["allowedActions"]


@pytest.mark.parametrize("verb", ["pause", "resolve", "escalate", "abandon"])
async def test_what_is_allowed_is_what_works(api, session, verb):
    assert verb.upper() in (await get(api, session["id"]))["allowedActions"]
    moved = await move(api, verb, session["id"], **REASON.get(verb, {}))
    assert moved["__typename"] == f"{verb.capitalize()}Success"


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
    version = (await get(api, session["id"]))["stateVersion"]
    moved = await move(api, "pause", session["id"], expectedStateVersion=version)
    assert moved["__typename"] == "PauseSuccess"


async def test_resolving_writes_ticket_notes(api, assistant, session):
    assistant.enqueue("## Problem\n\nIt hung.")
    await move(api, "resolve", session["id"], resolutionSummary="Restarted")
    [notes] = await documents(api, session["id"], "TICKET_NOTES")
    assert notes["markdown"] == "## Problem\n\nIt hung."
    asked = assistant.assignments[-1]
    assert asked.kind is GenerationKind.TICKET_NOTES
    assert asked.case.resolution_summary == "Restarted"


async def test_resolving_writes_all_that_is_asked_for(api, session):
    kinds = ["TICKET_NOTES", "KNOWLEDGE_ARTICLE", "CLIENT_SUMMARY"]
    await move(api, "resolve", session["id"], documents=kinds)
    for kind in kinds:
        assert await documents(api, session["id"], kind)


async def test_resolving_writes_nothing_if_nothing_is_asked_for(api, assistant, session):
    asked = len(assistant.assignments)
    moved = await move(api, "resolve", session["id"], documents=[])
    assert moved["session"]["status"] == "RESOLVED"
    assert len(assistant.assignments) == asked


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


async def test_nobody_escalates_to_themselves_or_to_strangers(api, eve, session):
    for whom, failure in ((api, "InvalidInput"), (api.by(eve), "NotFound")):
        to = (await whom.data("{ viewer { id } }"))["viewer"]["id"]
        refused = await move(api, "escalate", session["id"], reason="Yours", toUserId=to)
        assert refused["__typename"] == failure


@pytest.mark.parametrize("verb", ["pause", "resolve", "escalate", "abandon"])
async def test_a_running_answer_is_stopped_and_what_is_written_of_it_kept(api, assistant, verb):
    answer = assistant.enqueue_held("Half an ")
    created = await create(api, "CHAT", "it hangs")
    session_id = created["session"]["id"]
    await shown(api, created["generation"]["id"], "Half an ")
    viewer = asyncio.create_task(ending(api, created["generation"]["id"]))

    await move(api, verb, session_id, **REASON.get(verb, {}))

    assert (await viewer)["__typename"] == "GenerationCancelled"
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)
    session = await get(api, session_id)
    assert messages(session) == [("USER", "it hangs"), ("ASSISTANT", "Half an ")]
    assert session["messages"]["edges"][1]["node"]["interrupted"]


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
