"""Stopping an answer; what is written of it is kept."""

import asyncio

import pytest

from tests.api_client import PATIENCE
from tests.operations import (
    STOP,
    call,
    chat,
    create,
    ending,
    get,
    messages,
    shown,
)


async def test_a_stopped_answer_is_kept_as_far_as_it_came(api, assistant):
    answer = assistant.enqueue_held("Half an ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "Half an ")
    stopped = (await api.data(STOP, id=created["generation"]["id"]))["stopGeneration"]
    assert stopped["generation"]["status"] == "CANCELLED"
    assert stopped["generation"]["text"] == "Half an "
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)
    session = await get(api, created["session"]["id"])
    assert messages(session)[-1] == ("ASSISTANT", "Half an ")
    assert session["messages"]["edges"][-1]["node"]["interrupted"]
    assert session["activeGeneration"] is None


async def test_the_end_names_the_reply_that_stays(api, assistant):
    created = await create(api, "CHAT", "it hangs")
    first = await ending(api, created["generation"]["id"])

    async def stop_after(*parts: str):
        answer = assistant.enqueue_held(*parts)
        session_id = created["session"]["id"]
        anew = await call(api, "regenerate", "generation { id }", sessionId=session_id)
        id = anew["generation"]["id"]
        await asyncio.wait_for(answer.held.wait(), PATIENCE)
        if parts:
            await shown(api, id, "".join(parts))
        watching = asyncio.create_task(ending(api, id))
        await api.data(STOP, id=id)
        at_once, from_the_database = await watching, await ending(api, id)
        assert at_once == from_the_database
        return at_once

    assert (await stop_after("Half anew"))["message"] == first["message"]
    assert (await stop_after())["message"] is None


async def test_the_end_names_the_reply_with_the_part_that_was_written(api, assistant):
    assistant.enqueue_held("Half an ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "Half an ")
    await api.data(STOP, id=created["generation"]["id"])
    ended = await ending(api, created["generation"]["id"])
    assert ended["message"] == {"content": "Half an "}


async def test_stopping_what_has_ended_changes_nothing(api):
    created = await create(api, "CHAT", "it hangs")
    await ending(api, created["generation"]["id"])
    stopped = (await api.data(STOP, id=created["generation"]["id"]))["stopGeneration"]
    assert stopped["generation"]["status"] == "COMPLETED"


async def test_of_many_who_stop_it_at_once_all_are_told_the_same(api, assistant):
    answer = assistant.enqueue_held("Half")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "Half")
    stops = await asyncio.gather(*(api.data(STOP, id=created["generation"]["id"]) for _ in "123"))
    assert {s["stopGeneration"]["generation"]["status"] for s in stops} == {"CANCELLED"}
    assert len(messages(await get(api, created["session"]["id"]))) == 2
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)


async def test_a_stopped_step_is_no_step(api, assistant):
    answer = assistant.enqueue_held("Does it ")
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    await shown(api, created["generation"]["id"], "Does it ")
    stopped = (await api.data(STOP, id=created["generation"]["id"]))["stopGeneration"]
    assert stopped["generation"]["text"] == "Does it "
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)
    session = await get(api, created["session"]["id"])
    assert (session["stepCount"], session["currentStep"]) == (0, None)


async def test_half_a_document_is_no_document(api, assistant):
    session = await chat(api)
    answer = assistant.enqueue_held("## Prob")
    asked = {"sessionId": session["id"], "audience": "TICKET_NOTES"}
    update = await call(api, "statusUpdate", "generation { id }", **asked)
    await shown(api, update["generation"]["id"], "## Prob")
    stopped = (await api.data(STOP, id=update["generation"]["id"]))["stopGeneration"]
    assert stopped["generation"]["text"] == "## Prob"
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)
    assert (await get(api, session["id"]))["documents"] == []
    assert assistant.open_calls == 0


async def test_a_colleague_may_stop_it(api, ben, assistant):
    answer = assistant.enqueue_held("Half")
    created = await create(api, "CHAT", "it hangs")
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    await api.by(ben).data(STOP, id=created["generation"]["id"])
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["reason"]) == (
        "GenerationCancelled",
        "A user stopped this answer.",
    )


@pytest.mark.parametrize("id", ["nonsense", "R2VuZXJhdGlvbjp4"])
async def test_an_unknown_answer_is_not_found(api, id):
    assert (await api.data(STOP, id=id))["stopGeneration"]["__typename"] == "NotFound"
