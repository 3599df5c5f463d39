"""Watching answers and sessions: from the start, from any cursor, to the end."""

import asyncio

import pytest

from services.ai import Refused
from tests.operations import (
    GENERATION_EVENTS,
    SESSION_EVENTS,
    TOKENS,
    call,
    chat,
    create,
    ending,
    everything,
    move,
    send,
    shown,
)


def text_of(events) -> str:
    return "".join(event.get("text", "") for event in events)


@pytest.fixture
async def written(api, assistant):
    """An answer in three deltas at least; and all its events."""
    parts = [assistant.enqueue_held("One ")]
    created = await create(api, "CHAT", "it hangs")
    generation = created["generation"]["id"]
    watching = asyncio.create_task(everything(api, GENERATION_EVENTS, generationId=generation))
    await shown(api, generation, "One ")
    gate = asyncio.Event()
    parts[0].release("two ", gate, "three")
    await shown(api, generation, "One two ")
    gate.set()
    return generation, await watching


async def test_an_answer_from_its_start(written):
    _, events = written
    assert events[0]["__typename"] == "GenerationStarted"
    assert text_of(events) == "One two three"
    assert events[-1]["__typename"] == "GenerationCompleted"
    assert events[-1]["message"] == {"content": "One two three"}
    assert len({event["cursor"] for event in events}) == len(events)


async def test_from_each_cursor_just_the_rest_comes(api, written):
    generation, events = written
    for place, event in enumerate(events):
        rest = await everything(
            api, GENERATION_EVENTS, generationId=generation, after=event["cursor"]
        )
        assert text_of(rest) == text_of(events[place + 1 :])
        ends = [e["__typename"] for e in rest if e["__typename"] == "GenerationCompleted"]
        assert ends == (["GenerationCompleted"] if place < len(events) - 1 else [])


async def test_who_comes_in_the_middle_first_gets_what_is_there_in_one_piece(api, assistant):
    answer = assistant.enqueue_held("One ", "two ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "One two ")
    async with api.subscribed(TOKENS, sessionId=created["session"]["id"]) as events:
        assert (await anext(events))["__typename"] == "GenerationStarted"
        assert (await anext(events))["text"] == "One two "
        answer.release("three")
        assert (await anext(events))["text"] == "three"


async def test_a_chat_is_watched_over_several_turns_until_it_is_closed(api, assistant):
    session = await chat(api, "it hangs")
    watching = asyncio.create_task(everything(api, TOKENS, sessionId=session["id"]))
    for answer in ("First.", "Second."):
        assistant.enqueue(answer)
        sent = await send(api, session["id"], "and?")
        await ending(api, sent["generation"]["id"])
    await move(api, "resolve", session["id"], documents=[])
    events = await watching
    assert text_of(events) == "First.Second."
    assert [e["__typename"] for e in events].count("GenerationCompleted") == 2


async def test_a_chat_resumed_with_a_cursor_misses_no_turn(api, assistant):
    assistant.enqueue("First.")
    session = await chat(api, "it hangs")
    created = session["id"]
    async with api.subscribed(TOKENS, sessionId=created) as events:
        assistant.enqueue("Second.")
        sent = await send(api, created, "and?")
        cursor = (await anext(events))["cursor"]
    await ending(api, sent["generation"]["id"])
    assistant.enqueue("Third.")
    sent = await send(api, created, "and?")
    await ending(api, sent["generation"]["id"])
    await move(api, "resolve", created, documents=[])
    rest = await everything(api, TOKENS, sessionId=created, after=cursor)
    assert text_of(rest) == "Second.Third."


async def test_a_failure_is_told_with_its_code(api, assistant):
    assistant.enqueue("I would ", error=Refused())
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    assert ended["__typename"] == "GenerationFailed"
    assert (ended["code"], ended["retryable"], ended["text"]) == (
        "ASSISTANT_REFUSED",
        False,
        "I would ",
    )


@pytest.mark.parametrize("after", ["nonsense", "", "WzFd"])
async def test_a_malformed_cursor_is_refused(api, written, after):
    generation, _ = written
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(api, GENERATION_EVENTS, generationId=generation, after=after)


async def test_a_cursor_of_another_answer_is_refused(api, written):
    _, events = written
    other = await create(api, "CHAT", "another")
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(
            api,
            GENERATION_EVENTS,
            generationId=other["generation"]["id"],
            after=events[-1]["cursor"],
        )


@pytest.mark.parametrize("document", [TOKENS, SESSION_EVENTS])
async def test_an_unknown_session_is_not_found(api, document):
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api, document, sessionId="nonsense")


async def test_a_guided_session_has_no_chat_to_watch(api):
    led = (await create(api, "GUIDED", "the vpn keeps disconnecting"))["session"]
    with pytest.raises(AssertionError, match="WRONG_SESSION_TYPE"):
        await everything(api, TOKENS, sessionId=led["id"])


async def test_a_session_is_watched_from_now_on_and_from_any_cursor(api, ben):
    session = await chat(api)
    seen = []
    async with api.subscribed(SESSION_EVENTS, sessionId=session["id"]) as events:
        first = asyncio.create_task(anext(events))
        await asyncio.sleep(0)
        await move(api.by(ben), "pause", session["id"])
        seen.append(await first)
        while seen[-1]["kind"] != "RESUMED":
            if seen[-1]["kind"] == "PAUSED":
                await move(api, "resume", session["id"])
            seen.append(await anext(events))
    moved = [event for event in seen if event["kind"] in ("PAUSED", "RESUMED")]
    assert [event["actor"]["name"] for event in moved] == ["Ben", "Ana"]

    after = moved[0]["cursor"]
    async with api.subscribed(SESSION_EVENTS, sessionId=session["id"], after=after) as events:
        again = await anext(events)
        while again["kind"] == "RENAMED":
            again = await anext(events)
        assert again == moved[1]


async def test_a_deleted_sessions_stream_ends(api):
    session = await chat(api)
    watching = asyncio.create_task(everything(api, SESSION_EVENTS, sessionId=session["id"]))
    await asyncio.sleep(0)
    await call(api, "deleteSession", "deletedSessionId", sessionId=session["id"])
    await watching


async def test_documents_are_watched_like_answers(api, assistant):
    session = await chat(api)
    assistant.enqueue("## Problem")
    resolved = await call(api, "resolve", "generations { id }", sessionId=session["id"])
    ended = await ending(api, resolved["generations"][0]["id"])
    assert ended["text"] == ended["document"]["markdown"] == "## Problem"
