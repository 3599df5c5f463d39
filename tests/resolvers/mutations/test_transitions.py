"""What the transitions of a session have in common, for both kinds."""

import asyncio

import pytest

from tests.api_client import PATIENCE
from tests.operations import create, ending, get, history, messages, move, shown

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


@pytest.mark.parametrize(
    ("verb", "word"),
    [("resolve", "resolutionSummary"), ("escalate", "reason"), ("abandon", "reason")],
)
async def test_too_many_words_about_it_are_refused(api, session, verb, word):
    refused = await move(api, verb, session["id"], **{word: "x" * 8_001})
    assert refused["__typename"] == "InvalidInput"
    assert "8,001 characters" in refused["message"]
    assert (await get(api, session["id"]))["status"] == "ACTIVE"


@pytest.mark.parametrize("verb", ["pause", "resolve", "escalate", "abandon"])
async def test_a_state_seen_earlier_is_stale(api, session, verb):
    version = (await get(api, session["id"]))["stateVersion"]
    refused = await move(
        api, verb, session["id"], expectedStateVersion=version - 1, **REASON.get(verb, {})
    )
    assert refused["__typename"] == "StaleState"
    assert refused["session"]["stateVersion"] >= version
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


@pytest.mark.parametrize(
    "verb", ["pause", "resume", "resolve", "escalate", "claim", "abandon", "reopen"]
)
async def test_an_unknown_session_is_not_found(api, verb):
    for id in ("nonsense", "Q2hhdFNlc3Npb246MDFhMjA4ZGUtY2E2MS03NDUyLWFkYTYtNWRkZWIyMjkwZjQ2"):
        assert (await move(api, verb, id, **REASON.get(verb, {})))["__typename"] == "NotFound"
