"""Reopening a closed session."""

import pytest

from tests.operations import chat, ending, history, move, send


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


async def test_a_chat_goes_on_after_it_was_reopened(api):
    session = await chat(api)
    await move(api, "resolve", session["id"], documents=[])
    await move(api, "reopen", session["id"])
    sent = await send(api, session["id"], "it is back")
    assert (await ending(api, sent["generation"]["id"]))["__typename"] == "GenerationCompleted"
