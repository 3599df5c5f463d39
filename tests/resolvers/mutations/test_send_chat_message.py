import asyncio

import pytest

from schema import ids
from tests import factories
from tests.api_client import PATIENCE
from tests.operations import chat, create, ending, get, messages, send


async def test_a_message_is_kept_and_answered(api, assistant):
    session = await chat(api)
    assistant.enqueue("Restart Outlook.")
    sent = await send(api, session["id"], "the desktop app")
    assert sent["chatMessage"]["role"] == "USER"
    assert sent["session"]["stepCount"] == 3
    assert (await ending(api, sent["generation"]["id"]))["text"] == "Restart Outlook."
    assert messages(await get(api, session["id"]))[2:] == [
        ("USER", "the desktop app"),
        ("ASSISTANT", "Restart Outlook."),
    ]


async def test_the_assistant_is_given_the_whole_conversation(api, assistant):
    session = await chat(api, "it hangs")
    sent = await send(api, session["id"], "still")
    await ending(api, sent["generation"]["id"])
    assert [said.content for said in assistant.requests[-1].snapshot.messages] == [
        "it hangs",
        "This is a scripted answer.",
        "still",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (" \n ", "The message must not be empty."),
        ("x" * 32_001, "The message has 32,001 characters; at most 32,000 are allowed."),
    ],
)
async def test_refuses_a_message_that_says_nothing_or_too_much(api, content, message):
    session = await chat(api)
    refused = await send(api, session["id"], content)
    assert (refused["__typename"], refused["message"]) == ("InvalidInput", message)
    assert (await get(api, session["id"]))["stepCount"] == 2


@pytest.mark.parametrize("id", ["nonsense", "", "Q2hhdFNlc3Npb246eA==", "R2VuZXJhdGlvbjp4"])
async def test_an_unknown_session_is_not_found(api, id):
    assert (await send(api, id, "hello"))["__typename"] == "NotFound"


async def test_a_guided_session_takes_no_messages(api):
    guided = await create(api, "GUIDED", "the vpn keeps disconnecting")
    refused = await send(api, guided["session"]["id"], "hello")
    assert refused["__typename"] == "WrongSessionType"


async def test_while_an_answer_is_written_the_next_message_is_refused_with_it(api, assistant):
    answer = assistant.enqueue_held("wait")
    created = await create(api, "CHAT", "it hangs")
    refused = await send(api, created["session"]["id"], "and?")
    assert refused["__typename"] == "SessionBusy"
    assert refused["runningGeneration"]["id"] == created["generation"]["id"]
    assert (await get(api, created["session"]["id"]))["stepCount"] == 1
    answer.release()


async def test_the_same_key_sends_it_once(api, assistant):
    session = await chat(api)
    first = await send(api, session["id"], "once", idempotencyKey="a key")
    await ending(api, first["generation"]["id"])
    again = await send(api, session["id"], "once", idempotencyKey="a key")
    assert again["chatMessage"] == first["chatMessage"]
    assert again["generation"]["id"] == first["generation"]["id"]
    assert (await get(api, session["id"]))["stepCount"] == 4


async def test_the_same_key_at_the_same_time_sends_it_once(api):
    session = await chat(api)
    sent = await asyncio.gather(
        *(send(api, session["id"], "once", idempotencyKey="a key") for _ in range(5))
    )
    assert {each["__typename"] for each in sent} == {"SendChatMessageSuccess"}
    assert len({each["generation"]["id"] for each in sent}) == 1


async def test_the_same_key_with_other_words_is_refused(api):
    session = await chat(api)
    sent = await send(api, session["id"], "once", idempotencyKey="a key")
    await ending(api, sent["generation"]["id"])
    refused = await send(api, session["id"], "twice", idempotencyKey="a key")
    assert refused["__typename"] == "InvalidInput"
    assert "another input" in refused["message"]


async def test_a_key_is_free_again_when_what_it_was_for_was_refused(api, assistant):
    answer = assistant.enqueue_held("wait")
    created = await create(api, "CHAT", "it hangs")
    session_id = created["session"]["id"]
    refused = await send(api, session_id, "and?", idempotencyKey="a key")
    assert refused["__typename"] == "SessionBusy"
    answer.release()
    await ending(api, created["generation"]["id"])
    sent = await send(api, session_id, "and?", idempotencyKey="a key")
    assert sent["__typename"] == "SendChatMessageSuccess"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "\ud800"])
async def test_a_key_is_a_text_of_1_to_255_characters(api, key):
    session = await chat(api)
    refused = await send(api, session["id"], "hello", idempotencyKey=key)
    assert (refused["__typename"], refused["message"]) == (
        "InvalidInput",
        "`idempotencyKey` must be a text of 1 to 255 characters.",
    )
    assert (await get(api, session["id"]))["stepCount"] == 2


async def test_a_key_of_another_operation_or_session_is_refused(api):
    first = await chat(api)
    created = await create(api, "CHAT", "another", idempotencyKey="a key")
    refused = await send(api, first["id"], "another", idempotencyKey="a key")
    assert refused["__typename"] == "InvalidInput"
    await ending(api, created["generation"]["id"])
    await send(api, first["id"], "hello", idempotencyKey="another key")
    refused = await send(api, created["session"]["id"], "hello", idempotencyKey="another key")
    assert refused["__typename"] == "InvalidInput"


async def test_a_chat_has_two_thousand_messages_at_most(api, running, ana):
    row = factories.chat_session(ana, step_count=2_000)
    await factories.save(running, row)
    refused = await send(api, ids.encode_global_id("ChatSession", row.id), "hello")
    assert (refused["__typename"], refused["code"]) == ("SessionTooLong", "SESSION_TOO_LONG")
    assert "2,000" in refused["message"]


async def test_of_two_messages_at_once_one_is_answered_and_the_other_refused(api, assistant):
    session = await chat(api)
    held = assistant.enqueue_held("wait")
    sent = await asyncio.gather(*(send(api, session["id"], f"number {n}") for n in range(2)))
    assert sorted(each["__typename"] for each in sent) == ["SendChatMessageSuccess", "SessionBusy"]
    await asyncio.wait_for(held.held.wait(), PATIENCE)
    held.release()
