"""Watching a chat: turn after turn, from any cursor, until it is closed."""

import asyncio

import pytest

from queries import pagination
from schema import ids
from tests.api_client import PATIENCE
from tests.operations import (
    STOP,
    TOKENS,
    call,
    chat,
    create,
    ending,
    everything,
    guided,
    move,
    send,
    shown,
    text_of,
    types_of,
    until_text,
)

UNKNOWN = "01a208de-ca61-7452-ada6-5ddeb2290f46"


async def answered(api, assistant, session_id, *answers):
    """Talk on, and have each message answered."""
    for answer in answers:
        assistant.enqueue(answer)
        sent = await send(api, session_id, "and?")
        await ending(api, sent["generation"]["id"])


@pytest.fixture
async def talk(api, assistant, written):
    """A closed chat of three turns, as somebody saw it who watched all of it."""
    session_id, _, first = written
    after = first[0]["cursor"]
    watching = asyncio.create_task(everything(api, TOKENS, sessionId=session_id, after=after))
    await answered(api, assistant, session_id, "Four five.", "Six.")
    await move(api, "resolve", session_id, documents=[])
    return session_id, [first[0], *await asyncio.wait_for(watching, PATIENCE)]


async def test_who_comes_in_the_middle_first_gets_what_is_there_in_one_piece(api, assistant):
    answer = assistant.enqueue_held("One ", "two ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "One two ")
    async with api.subscribed(TOKENS, sessionId=created["session"]["id"]) as events:
        assert (await anext(events))["__typename"] == "GenerationStarted"
        assert (await anext(events))["text"] == "One two "
        answer.release("three")
        assert (await anext(events))["text"] == "three"


async def test_a_message_that_was_taken_back_hides_no_other_answer(api, assistant):
    answers = [assistant.enqueue_held("One "), assistant.enqueue_held("Two ")]
    created = await create(api, "CHAT", "it hangs")
    session_id = created["session"]["id"]
    await shown(api, created["generation"]["id"], "One ")
    second, third = [
        (await send(api, session_id, text, whenBusy="ENQUEUE"))["generation"]["id"]
        for text in ("and this?", "and that?")
    ]
    await api.data(STOP, id=third)
    async with api.subscribed(TOKENS, sessionId=session_id) as events:
        seen = await until_text(events, "One ")
        answers[0].release("is over.")
        answers[1].release("is over.")
        seen += await until_text(events, "is over.Two is over.")
    assert text_of(seen) == "One is over.Two is over."
    assert (await ending(api, second))["__typename"] == "GenerationCompleted"


async def test_turn_after_turn_until_it_is_closed(talk):
    _, events = talk
    assert text_of(events) == "One two threeFour five.Six."
    assert types_of(events) == ["GenerationStarted", "GenerationCompleted"] * 3
    said = [e["message"]["content"] for e in events if e["__typename"] == "GenerationCompleted"]
    assert said == ["One two three", "Four five.", "Six."]


async def test_from_each_cursor_just_the_rest_comes(api, talk):
    session_id, events = talk
    assert len({event["cursor"] for event in events}) == len(events)
    for place, event in enumerate(events):
        rest = await everything(api, TOKENS, sessionId=session_id, after=event["cursor"])
        missing = events[place + 1 :]
        assert (text_of(rest), types_of(rest)) == (text_of(missing), types_of(missing))


async def test_without_a_cursor_answers_that_have_ended_are_not_told_again(api, assistant):
    session = await chat(api)
    answer = assistant.enqueue_held("New ")
    await send(api, session["id"], "and?")
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    async with api.subscribed(TOKENS, sessionId=session["id"]) as events:
        assert (await anext(events))["__typename"] == "GenerationStarted"
        answer.release("words.")
        await until_text(events, "New words.")


@pytest.mark.parametrize("verb", ["resolve", "abandon"])
async def test_a_closed_chat_has_nothing_to_tell(api, verb):
    session = await chat(api)
    await move(api, verb, session["id"])
    assert await everything(api, TOKENS, sessionId=session["id"]) == []


async def test_it_stays_open_over_a_pause_and_an_escalation(api, ben, assistant, written):
    session_id, _, events = written
    asked = {"sessionId": session_id, "after": events[-1]["cursor"]}
    watching = asyncio.create_task(everything(api, TOKENS, **asked))
    await move(api, "pause", session_id)
    await move(api, "resume", session_id)
    asked = {"sessionId": session_id, "reason": "Out of ideas"}
    escalated = await call(api, "escalate", "generation { id }", **asked)
    # Whatever the assistant is asked for takes the next answer that it is given.
    await ending(api, escalated["generation"]["id"])
    await move(api.by(ben), "claim", session_id)
    await answered(api.by(ben), assistant, session_id, "Ben's answer.")
    assert not watching.done()
    await move(api, "resolve", session_id, documents=[])
    assert text_of(await asyncio.wait_for(watching, PATIENCE)) == "Ben's answer."


async def test_it_goes_on_after_a_stopped_answer(api, assistant):
    assistant.enqueue_held("Half")
    created = await create(api, "CHAT", "it hangs")
    session_id = created["session"]["id"]
    async with api.subscribed(TOKENS, sessionId=session_id) as stream:
        events = await until_text(stream, "Half")
        await api.data(STOP, id=created["generation"]["id"])
        await answered(api, assistant, session_id, "Whole.")
        await move(api, "resolve", session_id, documents=[])
        events += [event async for event in stream]
    assert text_of(events) == "HalfWhole."
    assert types_of(events) == [
        *("GenerationStarted", "GenerationCancelled"),
        *("GenerationStarted", "GenerationCompleted"),
    ]


async def test_it_goes_on_when_it_was_closed_and_opened_again_meanwhile(api, assistant):
    answer = assistant.enqueue_held("Half ")
    session_id = (await create(api, "CHAT", "it hangs"))["session"]["id"]
    async with api.subscribed(TOKENS, sessionId=session_id) as stream:
        assert (await anext(stream))["__typename"] == "GenerationStarted"
        await move(api, "abandon", session_id)
        await move(api, "reopen", session_id)
        await answered(api, assistant, session_id, "Whole.")
        await move(api, "resolve", session_id, documents=[])
        events = [event async for event in stream]
    assert text_of(events).endswith("Whole.")
    answer.release()


async def test_documents_are_not_part_of_the_talk(api, written):
    session_id, _, events = written
    asked = {"sessionId": session_id, "audience": "EMAIL_DRAFT"}
    update = await call(api, "statusUpdate", "generation { id }", **asked)
    await ending(api, update["generation"]["id"])
    await move(api, "resolve", session_id)
    after = events[-1]["cursor"]
    assert await everything(api, TOKENS, sessionId=session_id, after=after) == []


async def test_all_viewers_see_the_same(api, ben, assistant):
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "it hangs")
    session_id = created["session"]["id"]
    asked = {"sessionId": session_id, "after": created["generation"]["cursor"]}
    watching = [
        asyncio.create_task(everything(who, TOKENS, **asked)) for who in (api, api, api.by(ben))
    ]
    answer.release("two")
    await ending(api, created["generation"]["id"])
    await answered(api, assistant, session_id, "Three.")
    await move(api, "resolve", session_id, documents=[])
    for events in await asyncio.wait_for(asyncio.gather(*watching), PATIENCE):
        assert text_of(events) == "One twoThree."
        assert types_of(events) == [
            "GenerationCompleted",
            "GenerationStarted",
            "GenerationCompleted",
        ]


@pytest.mark.parametrize(
    "id", ["", "nonsense", ids.encode_global_id("ChatSession", UNKNOWN), "VXNlcjp4"]
)
async def test_an_unknown_session_is_not_found(api, id):
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api, TOKENS, sessionId=id)


async def test_a_guided_session_has_no_talk_to_watch(api):
    led = await guided(api)
    with pytest.raises(AssertionError, match="WRONG_SESSION_TYPE"):
        await everything(api, TOKENS, sessionId=led["id"])


@pytest.mark.parametrize("after", ["", "nonsense", "WzFd", "W10", "é"])
async def test_a_malformed_cursor_is_refused(api, after):
    session = await chat(api)
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(api, TOKENS, sessionId=session["id"], after=after)


async def test_a_cursor_of_another_chat_is_refused_and_one_of_nothing_not_found(api, written):
    _, _, events = written
    other = await chat(api)
    for after, code in (
        (events[-1]["cursor"], "INVALID_INPUT"),
        (pagination.encode_cursor(UNKNOWN, 1), "NOT_FOUND"),
    ):
        with pytest.raises(AssertionError, match=code):
            await everything(api, TOKENS, sessionId=other["id"], after=after)
