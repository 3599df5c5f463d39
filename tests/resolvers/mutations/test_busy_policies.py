"""What becomes of a message that is sent while the assistant is still writing."""

import asyncio

import pytest

from models import Role
from services.ai.port import ContentRefused
from tests import factories
from tests.api_client import PATIENCE, Api
from tests.database_faults import give_to_a_dead_process
from tests.operations import (
    STOP,
    TOKENS,
    create,
    ending,
    get,
    history,
    messages,
    move,
    send,
    shown,
)

WAITING = """
query Waiting($id: ID!) {
  session(id: $id) {
    ... on ChatSession { queuedMessages { content generation { id status } } }
  }
}
"""


@pytest.fixture
async def busy(api, assistant):
    """A chat whose answer is half written; and the answer."""
    answer = assistant.enqueue_held("Half an ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "Half an ")
    return created["session"]["id"], answer


async def waiting(api, session_id):
    return (await api.data(WAITING, id=session_id))["session"]["queuedMessages"]


async def test_a_queued_message_waits_visibly_and_is_answered_next(api, assistant, busy):
    session_id, answer = busy
    assistant.enqueue("Second answer.")
    assistant.enqueue("Third answer.")
    second = await send(api, session_id, "and this?", whenBusy="ENQUEUE")
    third = await send(api, session_id, "and that?", whenBusy="ENQUEUE")

    assert second["generation"]["status"] == "QUEUED"
    assert [(w["content"], w["generation"]["status"]) for w in await waiting(api, session_id)] == [
        ("and this?", "QUEUED"),
        ("and that?", "QUEUED"),
    ]
    assert messages(await get(api, session_id)) == [("USER", "it hangs")]

    answer.release("answer.")
    assert (await ending(api, second["generation"]["id"]))["text"] == "Second answer."
    assert (await ending(api, third["generation"]["id"]))["text"] == "Third answer."
    session = await get(api, session_id)
    assert messages(session) == [
        ("USER", "it hangs"),
        ("ASSISTANT", "Half an answer."),
        ("USER", "and this?"),
        ("ASSISTANT", "Second answer."),
        ("USER", "and that?"),
        ("ASSISTANT", "Third answer."),
    ]
    said = session["messages"]["edges"][2]["node"]
    assert said["id"] == second["chatMessage"]["id"]
    assert await waiting(api, session_id) == []


async def test_one_stream_goes_through_all_of_them(api, assistant, busy):
    session_id, answer = busy
    assistant.enqueue("Second answer.")
    await send(api, session_id, "and this?", whenBusy="ENQUEUE")
    text, ended = "", 0
    async with api.subscribed(TOKENS, sessionId=session_id) as events:
        answer.release("answer.")
        async for event in events:
            text += event.get("text", "")
            ended += event["__typename"] == "GenerationCompleted"
            if ended == 2:
                break
    assert text == "Half an answer.Second answer."


async def test_a_failed_answer_does_not_hold_up_the_next(api, assistant, busy):
    session_id, answer = busy
    assistant.enqueue("Second answer.")
    second = await send(api, session_id, "and this?", whenBusy="ENQUEUE")
    answer.release(ContentRefused())
    assert (await ending(api, second["generation"]["id"]))["text"] == "Second answer."


async def test_too_many_may_not_wait(api, busy):
    session_id, answer = busy
    for number in range(10):
        sent = await send(api, session_id, f"number {number}", whenBusy="ENQUEUE")
        assert sent["__typename"] == "SendChatMessageSuccess"
    refused = await send(api, session_id, "one more", whenBusy="ENQUEUE")
    assert refused["__typename"] == "SessionBusy"
    assert "10 messages wait" in refused["message"]
    answer.release()


async def test_a_waiting_message_can_be_taken_back(api, assistant, busy):
    session_id, answer = busy
    sent = await send(api, session_id, "never mind", whenBusy="ENQUEUE")
    await api.data(STOP, id=sent["generation"]["id"])
    assert await waiting(api, session_id) == []
    running = (await get(api, session_id))["activeGeneration"]["id"]
    answer.release("answer.")
    ended = await ending(api, running)
    assert ended["__typename"] == "GenerationCompleted"
    assert len(messages(await get(api, session_id))) == 2
    assert len(assistant.requests) == 1


async def test_with_nothing_to_wait_for_a_message_is_answered_at_once(api, busy):
    session_id, answer = busy
    running = (await get(api, session_id))["activeGeneration"]["id"]
    answer.release("answer.")
    await ending(api, running)
    sent = await send(api, session_id, "and this?", whenBusy="ENQUEUE")
    assert sent["generation"]["status"] == "RUNNING"


async def test_the_same_key_queues_it_once(api, assistant, busy):
    session_id, answer = busy
    asked = {"whenBusy": "ENQUEUE", "idempotencyKey": "a key"}
    first = await send(api, session_id, "and this?", **asked)
    again = await send(api, session_id, "and this?", **asked)
    assert again["generation"]["id"] == first["generation"]["id"]
    assert again["chatMessage"] == first["chatMessage"]
    assert len(await waiting(api, session_id)) == 1
    answer.release("answer.")
    await ending(api, first["generation"]["id"])
    later = await send(api, session_id, "and this?", **asked)
    assert later["chatMessage"] == first["chatMessage"]


async def test_an_interrupting_message_stops_the_answer_keeps_its_text_and_is_answered(
    api, assistant, busy
):
    session_id, answer = busy
    assistant.enqueue("That instead.")
    sent = await send(api, session_id, "no, this", whenBusy="INTERRUPT")
    assert (await ending(api, sent["generation"]["id"]))["text"] == "That instead."
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)
    session = await get(api, session_id)
    assert messages(session) == [
        ("USER", "it hangs"),
        ("ASSISTANT", "Half an "),
        ("USER", "no, this"),
        ("ASSISTANT", "That instead."),
    ]
    assert session["messages"]["edges"][1]["node"]["interrupted"]


async def test_what_waited_is_said_before_what_interrupts(api, assistant, busy):
    session_id, _ = busy
    await send(api, session_id, "first", whenBusy="ENQUEUE")
    sent = await send(api, session_id, "now", whenBusy="INTERRUPT")
    await ending(api, sent["generation"]["id"])
    said = [text for role, text in messages(await get(api, session_id)) if role == "USER"]
    assert said == ["it hangs", "first", "now"]
    assert await waiting(api, session_id) == []


async def test_closing_the_session_keeps_what_waited_unanswered(api, assistant, busy):
    session_id, _ = busy
    sent = await send(api, session_id, "and this?", whenBusy="ENQUEUE")
    await move(api, "pause", session_id)
    ended = await ending(api, sent["generation"]["id"])
    assert ended["__typename"] == "GenerationCancelled"
    session = await get(api, session_id)
    assert messages(session) == [
        ("USER", "it hangs"),
        ("ASSISTANT", "Half an "),
        ("USER", "and this?"),
    ]
    assert session["activeGeneration"] is None


async def test_a_queue_survives_the_process(api, running, assistant, busy):
    session_id, _ = busy
    assistant.enqueue("answer.")
    assistant.enqueue("Second answer.")
    second = await send(api, session_id, "and this?", whenBusy="ENQUEUE")
    await give_to_a_dead_process(running)
    assert (await ending(api, second["generation"]["id"]))["text"] == "Second answer."
    assert [text for _, text in messages(await get(api, session_id))] == [
        "it hangs",
        "Half an answer.",
        "and this?",
        "Second answer.",
    ]


async def test_a_waiting_message_stands_in_the_history_as_its_senders(api, running, ana, assistant):
    lena = await factories.user(running, "Lena", account_id=ana.account_id, role=Role.LEAD)
    lead = Api(running, lena)
    answer = assistant.enqueue_held("It is ")
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    await answer.held.wait()
    queued = await send(lead, created["session"]["id"], "and now?", whenBusy="ENQUEUE")
    answer.release("fixed.")
    await ending(api, queued["generation"]["id"])
    told = await history(api, created["session"]["id"])
    by_whom = [(e["kind"], e["actor"] and e["actor"]["name"]) for e in told]
    behind = by_whom[by_whom.index(("MESSAGE_QUEUED", "Lena")) + 1 :]
    assert ("MESSAGE_ADDED", "Lena") in behind
    assert ("GENERATION_STARTED", "Lena") in behind
    assert ("MESSAGE_ADDED", "Ana") not in behind
