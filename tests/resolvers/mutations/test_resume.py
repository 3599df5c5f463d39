"""Resuming a paused session."""

import asyncio

from tests.api_client import PATIENCE
from tests.operations import call, create, ending, get, history, move


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


async def test_what_a_pause_stopped_is_asked_for_again_after_it(api, assistant):
    answer = assistant.enqueue_held("Half a ")
    session_id = (await create(api, "GUIDED", "zyzzyva quux frobnicates"))["session"]["id"]
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    await move(api, "pause", session_id)
    await move(api, "resume", session_id)
    anew = await call(api, "regenerate", "generation { id }", sessionId=session_id)
    assert (await ending(api, anew["generation"]["id"]))["step"]["order"] == 1
