"""Watching one answer: from its start, from any cursor, to its end."""

import asyncio

import pytest

from models import StepType
from queries import pagination
from schema import ids
from services.ai.port import ContentRefused, OutputTruncated, ProviderAuthError
from services.flows.flow_tree import StepDraft
from tests.api_client import PATIENCE
from tests.operations import (
    GENERATION_EVENTS,
    STOP,
    TOKENS,
    call,
    chat,
    create,
    ending,
    everything,
    move,
    shown,
    text_of,
    types_of,
    until_text,
)

UNKNOWN = "01a208de-ca61-7452-ada6-5ddeb2290f46"
STATES = """
subscription States($generationId: ID!) {
  generationEvents(generationId: $generationId) { __typename generation { id kind status } }
}
"""


async def test_from_its_start(written):
    _, _, events = written
    assert types_of(events) == ["GenerationStarted", "GenerationCompleted"]
    assert text_of(events) == "One two three"
    assert events[-1]["message"] == {"content": "One two three"}
    assert len({event["cursor"] for event in events}) == len(events) >= 5


async def test_from_each_cursor_just_the_rest_comes(api, written):
    _, generation, events = written
    for place, event in enumerate(events):
        asked = {"generationId": generation, "after": event["cursor"]}
        rest = await everything(api, GENERATION_EVENTS, **asked)
        assert text_of(rest) == text_of(events[place + 1 :])
        assert types_of(rest) == types_of(events[place + 1 :])


async def test_after_its_end_it_is_told_again_from_the_start(api, written):
    _, generation, events = written
    again = await everything(api, GENERATION_EVENTS, generationId=generation)
    assert (text_of(again), types_of(again)) == (text_of(events), types_of(events))
    assert again[-1] == events[-1]


async def test_from_the_cursor_that_a_query_gives_with_the_text_the_rest_comes(api, assistant):
    answer = assistant.enqueue_held("One ", "two ")
    created = await create(api, "CHAT", "it hangs")
    asked = {"generationId": created["generation"]["id"]}
    await shown(api, asked["generationId"], "One two ")
    read = "query Read($generationId: ID!) { generation(id: $generationId) { text cursor } }"
    found = (await api.data(read, **asked))["generation"]
    async with api.subscribed(GENERATION_EVENTS, **asked, after=found["cursor"]) as events:
        answer.release("three")
        rest = [event async for event in events]
    assert found["text"] + text_of(rest) == "One two three"
    assert types_of(rest) == ["GenerationCompleted"]


async def test_viewers_from_all_places_see_the_same_end(api, ben, assistant):
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "it hangs")
    asked = {"generationId": created["generation"]["id"]}
    await shown(api, asked["generationId"], "One ")
    gate = asyncio.Event()
    async with api.subscribed(GENERATION_EVENTS, **asked) as events:
        answer.release("two ", gate, "three")
        seen = await until_text(events, "One two ")
        others = [
            asyncio.create_task(everything(who, GENERATION_EVENTS, **asked, after=event["cursor"]))
            for event in seen
            for who in (api, api.by(ben))
        ]
        gate.set()
        seen += [event async for event in events]
    for number, viewer in enumerate(others):
        rest = await asyncio.wait_for(viewer, PATIENCE)
        missing = seen[number // 2 + 1 :]
        assert (text_of(rest), types_of(rest)) == (text_of(missing), types_of(missing))
        assert rest[-1] == seen[-1]


async def test_each_event_shows_the_answer_as_it_is(api, assistant):
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "it hangs")
    generation = {"id": created["generation"]["id"], "kind": "CHAT_REPLY"}
    async with api.subscribed(STATES, generationId=generation["id"]) as events:
        assert (await anext(events))["generation"] == {**generation, "status": "RUNNING"}
        answer.release("two")
        rest = [event async for event in events]
    assert rest[-1]["generation"] == {**generation, "status": "COMPLETED"}


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (ContentRefused(), "ASSISTANT_REFUSED", False),
        (ProviderAuthError(), "ASSISTANT_UNAVAILABLE", False),
        (OutputTruncated(), "ANSWER_TOO_LONG", True),
    ],
)
async def test_a_failure_is_told_with_its_code_and_whether_to_try_again(
    api, assistant, error, code, retryable
):
    assistant.enqueue("I would ", error=error)
    created = await create(api, "CHAT", "it hangs")
    for _ in range(2):
        ended = await ending(api, created["generation"]["id"])
        assert ended["__typename"] == "GenerationFailed"
        assert (ended["code"], ended["retryable"]) == (code, retryable)
        assert (ended["reason"], ended["text"]) == (str(error), "I would ")


async def test_a_stop_is_told_to_who_comes_later_too(api, assistant):
    answer = assistant.enqueue_held("Half")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "Half")
    await api.data(STOP, id=created["generation"]["id"])
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["text"]) == ("GenerationCancelled", "Half")
    assert ended["reason"] == "A user stopped this answer."
    await asyncio.wait_for(answer.closed.wait(), PATIENCE)


async def test_a_step_is_watched_like_an_answer(api, assistant):
    assistant.enqueue(step=StepDraft(StepType.ACTION, "Press the red button."))
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    ended = await ending(api, created["generation"]["id"])
    assert ended["text"] == ended["step"]["content"] == "Press the red button."
    assert ended["message"] is ended["document"] is None


async def test_a_document_is_watched_like_an_answer(api, assistant):
    session = await chat(api)
    assistant.enqueue("## Problem")
    resolved = await call(api, "resolve", "generations { id }", sessionId=session["id"])
    ended = await ending(api, resolved["generations"][0]["id"])
    assert ended["text"] == ended["document"]["markdown"] == "## Problem"
    assert ended["message"] is ended["step"] is None


async def test_a_document_goes_on_when_its_session_is_closed(api, assistant):
    session = await chat(api)
    answer = assistant.enqueue_held("How things ")
    asked = {"sessionId": session["id"], "audience": "CLIENT_UPDATE"}
    update = await call(api, "statusUpdate", "generation { id }", **asked)
    await shown(api, update["generation"]["id"], "How things ")
    await move(api, "resolve", session["id"], documents=[])
    answer.release("stand.")
    assert (await ending(api, update["generation"]["id"]))["text"] == "How things stand."


@pytest.mark.parametrize(
    "id",
    [
        "",
        "nonsense",
        ids.encode_global_id("Generation", UNKNOWN),
        ids.encode_global_id("ChatSession", UNKNOWN),
    ],
)
async def test_an_unknown_answer_is_not_found(api, id):
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api, GENERATION_EVENTS, generationId=id)


@pytest.mark.parametrize(
    "after", ["", "nonsense", "WzFd", pagination.encode_cursor(UNKNOWN, 1), "é"]
)
async def test_a_cursor_of_no_answer_or_another_is_refused(api, written, after):
    _, generation, _ = written
    with pytest.raises(AssertionError, match="INVALID_INPUT"):
        await everything(api, GENERATION_EVENTS, generationId=generation, after=after)


@pytest.mark.parametrize("number", [-1, -(2**62)])
async def test_a_cursor_before_the_start_is_the_start(api, written, number):
    _, generation, events = written
    after = pagination.encode_cursor(
        pagination.decode_cursor(events[0]["cursor"], str, int)[0], number
    )
    rest = await everything(api, GENERATION_EVENTS, generationId=generation, after=after)
    assert text_of(rest) == "One two three"


@pytest.mark.parametrize("number", [1_000, 2**62])
async def test_behind_the_end_there_is_nothing(api, written, number):
    _, generation, events = written
    after = pagination.encode_cursor(
        pagination.decode_cursor(events[0]["cursor"], str, int)[0], number
    )
    assert await everything(api, GENERATION_EVENTS, generationId=generation, after=after) == []


@pytest.mark.parametrize("ahead", [1, 2**40])
async def test_a_cursor_behind_what_is_written_is_refused_while_it_is_written(
    api, assistant, ahead
):
    """The log of a restored database may be shorter: the next text would be skipped."""
    answer = assistant.enqueue_held("One ", "two ")
    created = await create(api, "CHAT", "it hangs")
    generation = created["generation"]["id"]
    await shown(api, generation, "One two ")
    read = "query Read($generationId: ID!) { generation(id: $generationId) { cursor } }"
    found = (await api.data(read, generationId=generation))["generation"]["cursor"]
    id, number = pagination.decode_cursor(found, str, int)
    after = pagination.encode_cursor(id, number + ahead)
    for operation, asked in (
        (GENERATION_EVENTS, {"generationId": generation}),
        (TOKENS, {"sessionId": created["session"]["id"]}),
    ):
        with pytest.raises(AssertionError, match="INVALID_INPUT"):
            await everything(api, operation, **asked, after=after)
    answer.release("three")
    rest = await everything(api, GENERATION_EVENTS, generationId=generation, after=found)
    assert text_of(rest) == "three"
