"""Writing the last answer of a chat or a step anew."""

from models import StepType
from services.ai.port import ContentRefused
from services.flows.flow_tree import StepDraft
from tests.operations import (
    STOP,
    call,
    chat,
    create,
    ending,
    get,
    messages,
    move,
    respond,
    shown,
)


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
