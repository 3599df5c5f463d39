from sqlalchemy import text

from services import retention
from tests.operations import GENERATION_EVENTS, create, ending, send
from tests.superuser import as_owner

AGE = text("UPDATE generations SET finished_at = finished_at - interval '11 minutes'")
COUNT = text("SELECT count(*) FROM generation_deltas")


async def events(api, generation_id, **asked):
    async with api.subscribed(GENERATION_EVENTS, generationId=generation_id, **asked) as found:
        return [event async for event in found]


AGE_KEYS = text("UPDATE idempotency_keys SET created_at = now() - interval '25h'")
COUNT_KEYS = text("SELECT count(*) FROM idempotency_keys")


async def test_who_comes_back_late_is_given_the_finished_answer(api, running, assistant):
    assistant.enqueue("A whole answer.")
    created = await create(api, "CHAT", "it hangs")
    generation = created["generation"]["id"]
    first, *_ = await events(api, generation)
    await change(running, AGE)
    await tidy(running)
    assert await count(running, COUNT) == 0

    [ended] = await events(api, generation, after=first["cursor"])
    assert ended["__typename"] == "GenerationCompleted"
    assert ended["message"] == {"content": "A whole answer."}


async def test_what_is_being_written_or_has_just_ended_stays(api, running, assistant):
    created = await create(api, "CHAT", "it hangs")
    ended = await ending(api, created["generation"]["id"])
    answer = assistant.enqueue_held("Half ")
    sent = await send(api, created["session"]["id"], "and?")
    await answer.held.wait()
    before = await count(running, COUNT)
    await tidy(running)
    assert await count(running, COUNT) >= before > 0
    answer.release("an answer.")
    assert (await ending(api, sent["generation"]["id"]))["text"] == "Half an answer."
    assert (await ending(api, created["generation"]["id"]))["text"] == ended["text"]


async def test_a_key_is_forgotten_after_a_day(api, running):
    await create(api, "CHAT", "it hangs", idempotencyKey="a key")
    await change(running, AGE_KEYS)
    await tidy(running)
    assert await count(running, COUNT_KEYS) == 0


async def tidy(running) -> None:
    await retention.delete_expired(running.tenancy.system)


async def change(running, statement) -> None:
    async with as_owner(running) as db:
        await db.execute(statement)


async def count(running, statement) -> int:
    async with as_owner(running) as db:
        return await db.scalar(statement)
