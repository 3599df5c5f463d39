"""Many who follow the same answer or session: each thing is worked out, and read, once for all."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text

from models import Role
from queries import pagination
from realtime import session_feed
from schema import ids
from tests import factories
from tests.api_client import PATIENCE
from tests.dashboard_client import EVENT, counting, first
from tests.operations import (
    GENERATION_EVENTS,
    SESSION_EVENTS,
    TOKENS,
    call,
    create,
    ending,
    move,
    send,
    text_of,
)

VIEWERS = 20

WORDS = """
subscription Words($id: ID!, $after: String, $more: Boolean = false) {
  generationEvents(generationId: $id, after: $after) {
    __typename
    ... on TokenDelta { text }
    ... on GenerationCompleted { message { content } }
    generation @include(if: $more) { status }
  }
}
"""
ALLOWED = """
subscription Allowed($id: ID!, $after: String) {
  sessionEvents(sessionId: $id, after: $after) { kind session { allowedActions } }
}
"""


@pytest.fixture
async def held(assistant, api):
    """An answer that is being written, and what it was created with."""
    answer = assistant.enqueue_held("One")
    created = await create(api, "CHAT", "it hangs")
    return answer, created["session"]["id"], created["generation"]["id"]


@pytest.fixture
async def quiet(running, ana):
    """A chat to which nothing happens by itself."""
    row = factories.chat_session(ana)
    await factories.save(running, row)
    return ids.encode_global_id("ChatSession", row.id)


async def following(stack, viewers, document, **asked):
    return [await stack.enter_async_context(each.subscribed(document, **asked)) for each in viewers]


async def next_of_all(streams):
    return await asyncio.gather(*(first(stream) for stream in streams))


async def behind_one(stack, viewers, document, **asked):
    """Streams that have begun, and have been told the first word."""
    streams = await following(stack, viewers, document, **asked)
    await next_of_all(streams)
    assert {event["text"] for event in await next_of_all(streams)} == {"One"}
    return streams


async def test_a_word_is_worked_out_once(api, ben, held):
    answer, _, generation_id = held
    async with AsyncExitStack() as stack:
        alike = await behind_one(stack, [api] * VIEWERS, WORDS, id=generation_id)
        [lead] = await behind_one(stack, [api.by(ben)], WORDS, id=generation_id)
        [other] = await behind_one(stack, [api], WORDS, id=generation_id, more=True)
        # The answer goes on only when all of them have this much of it.
        gate = asyncio.Event()
        answer.release("two", gate)
        one, *others = await next_of_all(alike)
        leads, more = await next_of_all([lead, other])
        gate.set()
    assert one["text"] == "two"
    assert all(event is one for event in others)
    # Another role, another variable: worked out for them.
    assert leads is not one
    assert leads == one
    assert more == {**one, "generation": {"status": "RUNNING"}}


async def test_where_one_has_begun_makes_no_difference(api, held):
    answer, _, generation_id = held
    place = pagination.encode_cursor(
        ids.decode_global_id(generation_id, "Generation", what="generation"), 1
    )
    async with AsyncExitStack() as stack:
        [start] = await behind_one(stack, [api], WORDS, id=generation_id)
        [later] = await following(stack, [api], WORDS, id=generation_id, after=place)
        reading = asyncio.create_task(first(later))
        gate = asyncio.Event()
        answer.release("two", gate)
        one, other = await first(start), await reading
        gate.set()
    assert one["text"] == "two"
    assert one is other


async def test_what_an_answer_has_become_is_read_once(api, running, assistant):
    async def read_for(viewers):
        answer = assistant.enqueue_held("One")
        created = await create(api, "CHAT", "it hangs")
        async with AsyncExitStack() as stack:
            asked = {"id": created["generation"]["id"]}
            streams = await behind_one(stack, [api] * viewers, WORDS, **asked)
            with counting(running.engine) as sent:
                answer.release()
                ends = await next_of_all(streams)
        assert [end["message"]["content"] for end in ends] == ["One"] * viewers
        return sum(n for sql, n in sent.items() if is_lookup(sql))

    assert await read_for(VIEWERS) <= await read_for(1) + 2


def is_lookup(sql):
    return "conversation_messages" in sql and sql.lstrip().startswith("SELECT")


async def test_the_next_turn_is_looked_for_once(api, running, assistant, held):
    answer, session_id, _ = held
    async with AsyncExitStack() as stack:
        streams = await behind_one(stack, [api] * VIEWERS, TOKENS, sessionId=session_id)
        answer.release()
        assert {e["__typename"] for e in await next_of_all(streams)} == {"GenerationCompleted"}
        with counting(running.engine) as sent:
            second = assistant.enqueue_held("Two.")
            sent_now = await send(api, session_id, "and?")
            begun = await next_of_all(streams)
            said = await next_of_all(streams)
            second.release()
            await ending(api, sent_now["generation"]["id"])
    assert {event["__typename"] for event in begun} == {"GenerationStarted"}
    assert {text_of([event]) for event in said} == {"Two."}
    assert all(event is said[0] for event in said)
    looks = sum(
        n for sql, n in sent.items() if "LATERAL" in sql and "generations.position >" in sql
    )
    assert 0 < looks < VIEWERS


async def test_what_happens_is_read_and_worked_out_once(api, running, quiet):
    async def rename_before(streams, title):
        readers = [asyncio.create_task(told(stream, title)) for stream in streams]
        await call(api, "renameSession", "session { id }", sessionId=quiet, title=title)
        return await asyncio.wait_for(asyncio.gather(*readers), PATIENCE)

    async def read_for(viewers):
        async with AsyncExitStack() as stack:
            asked = {"sessionId": quiet, "after": pagination.encode_cursor(0)}
            streams = await following(stack, [api] * viewers, SESSION_EVENTS, **asked)
            # From here on all of them are up to date.
            await rename_before(streams, f"for {viewers}")
            with counting(running.engine) as sent:
                events = await rename_before(streams, f"by {viewers}")
        assert all(event is events[0] for event in events)
        return sum(n for sql, n in sent.items() if sql.lstrip().startswith("SELECT"))

    assert await read_for(VIEWERS) <= await read_for(1) + 2


async def told(stream, title):
    async for event in stream:
        if event["kind"] == "RENAMED" and event["detail"].get("title") == title:
            return event
    raise AssertionError("The stream has ended")


async def test_everybody_is_told_what_they_may_do(api, running, ana, ben, quiet):
    vic = await factories.user(running, "Vic", account_id=ana.account_id, role=Role.VIEWER)
    cora = await factories.user(running, "Cora", account_id=ana.account_id)
    async with AsyncExitStack() as stack:
        viewers = [api.by(who) for who in (ana, cora, ben, vic, ana)]
        asked = {"id": quiet, "after": pagination.encode_cursor(0)}
        streams = await following(stack, viewers, ALLOWED, **asked)
        readers = [asyncio.create_task(first(stream)) for stream in streams]
        await move(api, "pause", quiet)
        events = await asyncio.wait_for(asyncio.gather(*readers), PATIENCE)
    anas, coras, bens, vics, again = (event["session"]["allowedActions"] for event in events)
    assert "RESUME" in anas == again
    assert "RESUME" in bens
    assert "RESUME" not in coras
    assert vics == []


async def test_who_has_fallen_behind_reads_the_rest_from_the_log(
    api, running, ana, quiet, monkeypatch
):
    monkeypatch.setattr(session_feed, "ITEMS_KEPT", 3)
    key = ids.decode_session_id(quiet)
    async with AsyncExitStack() as stack:
        asked = {"sessionId": quiet, "after": pagination.encode_cursor(0)}
        slow, quick = await following(stack, [api] * 2, SESSION_EVENTS, **asked)
        for _ in range(4):
            async with running.tenancy.for_account(ana.account_id).orm_transaction() as db:
                facts = [{"account_id": ana.account_id, "session_id": key}] * 5
                await db.execute(text(EVENT), facts)
        await move(api, "pause", quiet)
        # One is told as things happen, the other asks when all is over.
        seen = [await until_paused(quick), await until_paused(slow)]
    assert [event["kind"] for event in seen[0]] == ["RENAMED"] * 20 + ["PAUSED"]
    assert seen[0] == seen[1]
    assert len({event["cursor"] for event in seen[0]}) == 21


async def until_paused(stream):
    seen = [await first(stream)]
    while seen[-1]["kind"] != "PAUSED":
        seen.append(await first(stream))
    return [{name: event[name] for name in ("kind", "cursor")} for event in seen]


async def test_nothing_is_kept_up_when_nobody_follows(api, running, held):
    answer, session_id, generation_id = held
    streams = running.subscriptions
    async with AsyncExitStack() as stack:
        [words] = await following(stack, [api], GENERATION_EVENTS, generationId=generation_id)
        [facts] = await following(
            stack, [api], SESSION_EVENTS, sessionId=session_id, after=pagination.encode_cursor(0)
        )
        await next_of_all([words, facts])
        assert (len(running.generation_watches), len(streams.events)) == (1, 1)
    assert (len(running.generation_watches), len(streams.events), len(streams.turns)) == (0, 0, 0)
    answer.release("two")
