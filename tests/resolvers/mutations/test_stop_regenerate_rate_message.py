"""Stopping an answer, having it written anew, and saying whether it helped."""

import asyncio
import base64

import pytest

from models import StepType
from schema import ids
from services.ai.port import ContentRefused, ProviderDisconnected
from services.flows.step_draft import StepDraft
from tests.api_client import PATIENCE
from tests.operations import (
    STOP,
    call,
    chat,
    create,
    ending,
    get,
    history,
    messages,
    move,
    respond,
    shown,
)

RATE = "said: message { id rating }"


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
        "Somebody stopped this answer.",
    )


@pytest.mark.parametrize("id", ["nonsense", "R2VuZXJhdGlvbjp4"])
async def test_an_unknown_answer_is_not_found(api, id):
    assert (await api.data(STOP, id=id))["stopGeneration"]["__typename"] == "NotFound"


async def test_a_chats_last_answer_is_written_anew_in_its_place(api, assistant):
    session = await chat(api, "it hangs")
    assistant.enqueue("A better answer.")
    anew = await call(api, "regenerate", "generation { id }", sessionId=session["id"])
    await ending(api, anew["generation"]["id"])
    assert messages(await get(api, session["id"])) == [
        ("USER", "it hangs"),
        ("ASSISTANT", "A better answer."),
    ]
    assert [said.content for said in assistant.requests[-1].snapshot.messages] == ["it hangs"]


async def test_what_is_written_anew_is_found_by_its_words(api, assistant):
    session = await chat(api, "it hangs")
    assistant.enqueue("Try flibbertigibbet.")
    anew = await call(api, "regenerate", "generation { id }", sessionId=session["id"])
    await ending(api, anew["generation"]["id"])
    found = await api.data(
        '{ sessions(filter: {search: "flibbertigibbet"}) { edges { node { id } } } }'
    )
    assert found["sessions"]["edges"] == [{"node": {"id": session["id"]}}]


async def test_a_paused_chat_is_not_answered_anew(api):
    session = await chat(api)
    await move(api, "pause", session["id"])
    refused = await call(api, "regenerate", "generation { id }", sessionId=session["id"])
    assert refused["__typename"] == "InvalidTransition"


async def test_an_answer_written_anew_and_stopped_leaves_the_old_one(api, assistant):
    session = await chat(api, "it hangs")
    assistant.enqueue_held("A better ")
    anew = await call(api, "regenerate", "generation { id }", sessionId=session["id"])
    await shown(api, anew["generation"]["id"], "A better ")
    await api.data(STOP, id=anew["generation"]["id"])
    assert messages(await get(api, session["id"])) == messages(session)


async def test_a_failed_answer_is_written_anew(api, assistant):
    assistant.enqueue(error=ContentRefused())
    created = await create(api, "CHAT", "it hangs")
    assert (await ending(api, created["generation"]["id"]))["code"] == "ASSISTANT_REFUSED"
    anew = await call(api, "regenerate", "generation { id }", sessionId=created["session"]["id"])
    await ending(api, anew["generation"]["id"])
    assert len(messages(await get(api, created["session"]["id"]))) == 2


async def test_a_step_that_could_not_be_written_is_asked_for_again(api, assistant):
    assistant.enqueue(error=ContentRefused())
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    await ending(api, created["generation"]["id"])
    assistant.enqueue(step=StepDraft(StepType.QUESTION, "Does it blink?"))
    anew = await call(api, "regenerate", "generation { id }", sessionId=created["session"]["id"])
    assert (await ending(api, anew["generation"]["id"]))["step"]["content"] == "Does it blink?"


async def test_a_step_that_waits_for_its_answer_is_not_written_anew(api):
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    refused = await call(api, "regenerate", "generation { id }", sessionId=led["id"])
    assert refused["__typename"] == "InvalidInput"
    assert (await respond(api, led["id"], led["currentStep"]["id"], skip=True))["session"]


async def test_what_is_being_written_is_not_written_anew(api, assistant):
    answer = assistant.enqueue_held("Half")
    created = await create(api, "CHAT", "it hangs")
    refused = await call(api, "regenerate", "generation { id }", sessionId=created["session"]["id"])
    assert refused["__typename"] == "SessionBusy"
    answer.release()


async def test_a_failure_that_passes_costs_a_pause_and_not_the_answer(api, assistant):
    assistant.enqueue("The first half, ", error=ProviderDisconnected())
    assistant.enqueue("the second half.")
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    assert ended["text"] == "The first half, the second half."
    assert assistant.requests[-1].written_text == "The first half, "
    used = await api.data(
        "query U($id: ID!) { generation(id: $id) { usage { inputTokens outputTokens } } }",
        id=created["generation"]["id"],
    )
    assert used["generation"]["usage"] == {"inputTokens": 20, "outputTokens": 10}


async def test_a_failure_that_stays_ends_the_answer_with_its_code_and_keeps_the_text(
    api, assistant
):
    for _ in range(3):
        assistant.enqueue("more ", error=ProviderDisconnected())
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["code"], ended["retryable"]) == (
        "GenerationFailed",
        "ASSISTANT_UNAVAILABLE",
        True,
    )
    kept = (await get(api, created["session"]["id"]))["messages"]["edges"][-1]["node"]
    assert (kept["content"], kept["interrupted"]) == ("more more more ", True)


async def test_an_answer_is_rated_and_the_rating_taken_back(api):
    session = await chat(api)
    answer = session["messages"]["edges"][1]["node"]
    for rating in ("UP", "DOWN", None):
        rated = await call(api, "rateMessage", RATE, messageId=answer["id"], rating=rating)
        assert rated["said"] == {"id": answer["id"], "rating": rating}
    assert messages(await get(api, session["id"])) == messages(session)


async def test_what_a_person_said_is_not_rated(api):
    session = await chat(api)
    said = session["messages"]["edges"][0]["node"]
    refused = await call(api, "rateMessage", RATE, messageId=said["id"], rating="UP")
    assert refused["__typename"] == "NotFound"


@pytest.mark.parametrize("key", ["1", "\x00", "no such message", ""])
async def test_an_unknown_message_is_not_rated(api, key):
    session = await chat(api)
    in_session = base64.b64decode(session["id"]).decode().split(":")[1]
    id = ids.encode_global_id("ChatMessage", f"{in_session}/{key}")
    refused = await call(api, "rateMessage", RATE, messageId=id, rating="UP")
    assert refused["__typename"] == "NotFound"


async def test_the_rating_of_an_answer_stands_in_the_history(api):
    session = await chat(api)
    answer = session["messages"]["edges"][1]["node"]
    await call(api, "rateMessage", RATE, messageId=answer["id"], rating="DOWN")
    [noted] = [each for each in await history(api, session["id"]) if each["kind"] == "RATED"]
    assert noted["detail"] == {"messageId": answer["id"], "rating": "DOWN"}
