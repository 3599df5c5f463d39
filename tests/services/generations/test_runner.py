"""Answers are written by the server: whoever looks on, leaves, or dies."""

import asyncio
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from schema import ids
from server import runtime
from services.generations.runner import GenerationRunner
from services.quotas.quotas import Quotas
from storage.pool import ConnectionPool
from storage.transactions import Tenancy
from tests import factories
from tests.api_client import PATIENCE, Api, eventually, given_back
from tests.database_faults import give_to_a_dead_process, make_unreadable
from tests.operations import (
    GENERATION_EVENTS,
    TOKENS,
    create,
    ending,
    get,
    messages,
    shown,
)
from tests.superuser import as_owner

#: An error of the log that is no outage.
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
"""
TRIGGER = "CREATE TRIGGER refuse BEFORE INSERT ON generation_deltas EXECUTE FUNCTION refuse()"
TAKE = "DROP FUNCTION refuse CASCADE"


async def test_no_connection_is_held_while_the_model_writes(place, assistant):
    """Ten answers on two connections, and room for everybody else meanwhile."""
    async with runtime.run_runtime(place, assistant, limits=runtime.DatabaseLimits(2)) as running:
        api = Api(running, await factories.user(running, "Ana"))
        answers = [assistant.enqueue_held("It is ") for _ in range(10)]
        chats = [await create(api, "CHAT", f"problem {n}") for n in range(10)]
        for answer in answers:
            await asyncio.wait_for(answer.held.wait(), PATIENCE)
        await given_back(running)
        assert assistant.open_calls == 10

        viewers = [asyncio.create_task(ending(api, chat["generation"]["id"])) for chat in chats]
        for chat in chats:
            assert (await get(api, chat["session"]["id"]))["activeGeneration"]
        for answer in answers:
            answer.release("fixed.")
        assert [end["text"] for end in await asyncio.gather(*viewers)] == ["It is fixed."] * 10


async def test_an_answer_goes_on_when_everybody_has_left(api, assistant):
    answer = assistant.enqueue_held("It is ")
    created = await create(api, "CHAT", "it hangs")
    async with api.subscribed(TOKENS, sessionId=created["session"]["id"]) as events:
        assert (await anext(events))["__typename"]
    answer.release("fixed.")

    async def is_done():
        session = await get(api, created["session"]["id"])
        return session["stepCount"] == 2 and session

    assert messages(await eventually(is_done))[-1] == ("ASSISTANT", "It is fixed.")


async def test_those_who_look_on_together_see_the_same(api, ben, assistant):
    answer = assistant.enqueue_held("One ", "two ")
    created = await create(api, "CHAT", "it hangs")
    viewers = [
        asyncio.create_task(ending(who, created["generation"]["id"]))
        for who in (api, api, api.by(ben))
    ]
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    answer.release("three")
    assert [seen["text"] for seen in await asyncio.gather(*viewers)] == ["One two three"] * 3


async def test_signals_that_are_lost_cost_time_and_no_word(api, running, assistant):
    running.notification_hub.receive = lambda topic, payload: None
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "it hangs")
    looking_on = asyncio.create_task(ending(api, created["generation"]["id"]))
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    answer.release("two")
    assert (await looking_on)["text"] == "One two"


async def test_an_answer_whose_process_has_died_is_taken_over_and_gone_on_with(
    api, running, assistant
):
    abandoned = assistant.enqueue_held("The first half, ")
    created = await create(api, "CHAT", "it hangs")
    await asyncio.wait_for(abandoned.held.wait(), PATIENCE)
    seen = []
    async with api.subscribed(
        GENERATION_EVENTS, generationId=created["generation"]["id"]
    ) as events:
        while "half, " not in "".join(event.get("text", "") for event in seen):
            seen.append(await anext(events))
        assistant.enqueue("the second half.")
        await give_to_a_dead_process(running)
        seen += [event async for event in events]

    assert assistant.requests[-1].written_text == "The first half, "
    assert "GenerationResumed" in [event["__typename"] for event in seen]
    assert "".join(event.get("text", "") for event in seen) == "The first half, the second half."
    assert seen[-1]["message"]["content"] == "The first half, the second half."


async def test_a_process_that_has_lost_an_answer_writes_no_word_of_it_any_more(
    api, running, assistant
):
    frozen = assistant.enqueue_held("The first half, ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "The first half, ")
    assistant.enqueue("the second half.")
    await give_to_a_dead_process(running)
    ended = await ending(api, created["generation"]["id"])
    frozen.release("words from before.")
    await asyncio.wait_for(frozen.closed.wait(), PATIENCE)

    assert ended["text"] == "The first half, the second half."
    session = await get(api, created["session"]["id"])
    assert messages(session)[1:] == [("ASSISTANT", "The first half, the second half.")]


async def test_an_answer_nobody_can_finish_is_given_up_and_its_text_kept(api, running, assistant):
    answers = [assistant.enqueue_held(f"part {n} ") for n in range(3)]
    created = await create(api, "CHAT", "it hangs")
    written = ""
    for number, answer in enumerate(answers):
        await asyncio.wait_for(answer.held.wait(), PATIENCE)
        written += f"part {number} "
        await shown(api, created["generation"]["id"], written)
        await give_to_a_dead_process(running)
    ended = await ending(api, created["generation"]["id"])

    assert ended["__typename"] == "GenerationFailed"
    assert ended["retryable"]
    session = await get(api, created["session"]["id"])
    [_, kept] = [edge["node"] for edge in session["messages"]["edges"]]
    assert kept["content"] == "part 0 part 1 part 2 "
    assert kept["interrupted"]


async def test_one_that_cannot_be_read_ends_and_is_not_taken_over_for_ever(api, running, assistant):
    assistant.enqueue_held("It is ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "It is ")
    await make_unreadable(running, ids.decode_session_id(created["session"]["id"]))
    await give_to_a_dead_process(running)
    ended = await ending(api, created["generation"]["id"])
    assert (ended["__typename"], ended["code"]) == ("GenerationFailed", "INTERNAL")
    assert ended["text"] == "It is "


async def test_a_flush_that_breaks_is_done_again(api, running, assistant, caplog):
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "it hangs")
    await shown(api, created["generation"]["id"], "One ")
    async with as_owner(running) as db:
        await db.execute(text(REFUSE))
        await db.execute(text(TRIGGER))
    try:
        answer.release("two")

        async def has_broken():
            return "A background task failed" in caplog.text

        await eventually(has_broken)
    finally:
        async with as_owner(running) as db:
            await db.execute(text(TAKE))
    assert (await ending(api, created["generation"]["id"]))["text"] == "One two"


async def test_what_cannot_be_settled_for_now_is_left_to_the_sweep(running, assistant, caplog):
    nowhere = create_async_engine(
        "postgresql+asyncpg://nobody@127.0.0.1:1/", poolclass=ConnectionPool
    )
    writer = GenerationRunner(
        Tenancy(nowhere), assistant, running.token_log_writer, running.generation_watches, Quotas()
    )
    writer.settle_usage(uuid4(), [uuid4()])
    await writer.close(grace=0)
    assert "The ledger is settled later" in caplog.text
