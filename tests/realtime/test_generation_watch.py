"""What the process that writes an answer knows of it, and what it must read."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from models import GenerationStatus, StepType
from queries import pagination
from schema import ids
from services import unit_of_work
from services.ai.port import ProviderAuthError
from services.flows.flow_tree import StepDraft
from services.generations.finish import FinishedGeneration
from services.generations.token_log.store import TokenLogRow
from tests.api_client import PATIENCE, eventually
from tests.dashboard_client import counting, first
from tests.operations import GENERATION_EVENTS, call, create, ending, everything, shown
from tests.superuser import as_owner

ENDS = """
subscription Ends($id: ID!) {
  generationEvents(generationId: $id) {
    __typename
    ... on GenerationCompleted {
      cursor
      message { id role content createdAt interrupted rating }
      step { id content } document { id markdown }
      generation { ...All }
    }
    ... on GenerationFailed { code reason retryable generation { ...All } }
  }
}
fragment All on Generation {
  id kind status attempt model error createdAt firstTokenAt finishedAt text cursor
  usage { inputTokens outputTokens cacheReadTokens cacheWriteTokens costUsd }
}
"""
RATED = """
subscription Rated($id: ID!, $after: String) {
  generationEvents(generationId: $id, after: $after) {
    ... on GenerationCompleted { message { rating } }
  }
}
"""
#: As another process goes on with an answer, of which no signal reaches this one.
GO_ON = """
INSERT INTO generation_deltas (generation_id, number, attempt, account_id, text)
SELECT id, 2, 2, account_id, 'theirs' FROM generations WHERE id = :id
"""
UNSETTLED = text(
    "SELECT count(*) FROM ledger WHERE settled_at IS NULL AND account_id = :account_id"
)


def key(id):
    return ids.decode_global_id(id, "Generation", what="generation")


@pytest.fixture
async def held(assistant, api):
    """An answer that is being written here, and what it was created with."""
    answer = assistant.enqueue_held("One")
    return answer, await create(api, "CHAT", "it hangs", title="It hangs")


async def begin_reply(api, assistant):
    answer = assistant.enqueue_held("One ")
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    return answer, created["generation"]["id"]


async def begin_step(api, assistant):
    answer = assistant.enqueue_held()
    created = await create(api, "GUIDED", "zyzzyva quux frobnicates")
    return answer, created["generation"]["id"]


async def begin_document(api, assistant):
    session = (await create(api, "CHAT", "it hangs", title="It hangs"))["session"]["id"]
    answer = assistant.enqueue_held("How ")
    asked = {"sessionId": session, "audience": "CLIENT_UPDATE"}
    begun = await call(api, "statusUpdate", "generation { id }", **asked)
    return answer, begun["generation"]["id"]


@pytest.mark.parametrize(
    ("begin", "rest"),
    [
        (begin_reply, ["two"]),
        (begin_reply, [ProviderAuthError()]),
        (begin_step, [StepDraft(StepType.ACTION, "Press the red button.")]),
        (begin_document, ["things stand."]),
    ],
    ids=["a reply", "a failure", "a step", "a document"],
)
async def test_the_end_is_told_as_it_can_be_read(api, assistant, begin, rest):
    answer, id = await begin(api, assistant)
    async with api.subscribed(ENDS, id=id) as events:
        await first(events)
        answer.release(*rest)
        told = [event async for event in events][-1]
    [*_, read] = await everything(api, ENDS, id=id)
    assert told == read


@pytest.fixture
def looked_at_each_commit(running, held, monkeypatch):
    """A signal of what was committed comes before the writer hears that it is."""
    _, created = held
    begin = unit_of_work.begin_unit_of_work

    @asynccontextmanager
    async def looked(*given):
        async with begin(*given) as unit:
            yield unit
        await running.generation_watches._read_now(key(created["generation"]["id"]))

    monkeypatch.setattr(unit_of_work, "begin_unit_of_work", looked)


@pytest.fixture
def patient(monkeypatch):
    """However late somebody comes for it on a busy machine, the end is there."""
    monkeypatch.setattr("realtime.generation_watch.RESULT_TTL", PATIENCE)


@pytest.mark.usefixtures("looked_at_each_commit", "patient")
async def test_one_who_looks_on_from_start_to_end_reads_nothing(api, running, held):
    answer, created = held
    id = created["generation"]["id"]
    # What its process reads to begin it is not theirs.
    await asyncio.wait_for(answer.held.wait(), PATIENCE)
    with counting(running.engine) as sent:
        async with api.subscribed(GENERATION_EVENTS, generationId=id) as events:
            begun = await first(events)
            answer.release("two")
            rest = [event async for event in events]
    assert begun["__typename"] == "GenerationStarted"
    assert rest[-1]["message"] == {"content": "Onetwo"}
    looks = [sql for sql in sent if sql.lstrip().startswith("SELECT")]
    assert all("FOR UPDATE" in sql for sql in looks), looks


async def test_nobody_of_another_account_sees_what_is_being_written_here(api, eve, held):
    _, created = held
    with pytest.raises(AssertionError, match="NOT_FOUND"):
        await everything(api.by(eve), GENERATION_EVENTS, generationId=created["generation"]["id"])


async def test_one_who_has_seen_more_than_is_known_here_has_it_looked_up(api, running, held):
    _, created = held
    id = created["generation"]["id"]
    await shown(api, id, "One")
    async with as_owner(running) as db:
        await db.execute(text("UPDATE generations SET attempt = 2 WHERE id = :id"), {"id": key(id)})
        await db.execute(text(GO_ON), {"id": key(id)})
    async with running.generation_watches.subscribe(key(id), api.principal.account_id, 1) as watch:
        assert (watch.number, watch.attempt) == (1, 1)
    async with running.generation_watches.subscribe(key(id), api.principal.account_id, 2) as watch:
        assert (watch.number, watch.attempt) == (2, 2)


async def test_it_is_looked_at_now_and_then_however_much_happens_to_others(api, running, held):
    _, created = held
    id = key(created["generation"]["id"])
    async with (
        running.generation_watches.subscribe(id, api.principal.account_id, None) as watch,
        asyncio.timeout(PATIENCE),
    ):
        await shown(api, created["generation"]["id"], "One")
        async with as_owner(running) as db:
            await db.execute(text("UPDATE generations SET attempt = 2 WHERE id = :id"), {"id": id})
            await db.execute(text(GO_ON), {"id": id})
        while watch.number < 2:
            running.generation_watches._request_read(uuid4())
            await asyncio.sleep(0.05)


async def test_what_changes_after_the_end_is_seen_by_those_who_come_later(api, running, held):
    answer, created = held
    id = created["generation"]["id"]
    async with AsyncExitStack() as stack:
        watch = await stack.enter_async_context(
            running.generation_watches.subscribe(key(id), api.principal.account_id, None)
        )
        answer.release()
        ended = await ending(api, id)
        assert watch.finished is not None
        watch.forget_finished()
        found = (await everything(api, ENDS, id=id))[-1]["message"]["id"]
        await call(api, "rateMessage", "chatMessage { id }", messageId=found, rating="UP")
        after = pagination.encode_cursor(key(id), 1)

        async def rated():
            [told] = await everything(api, RATED, id=id, after=after)
            return told["message"]["rating"] == "UP"

        await eventually(rated)
    assert ended["message"] == {"content": "One"}


async def test_an_end_before_which_words_are_missing_is_looked_up(api, running, held):
    _, created = held
    id = key(created["generation"]["id"])
    async with running.generation_watches.subscribe(id, api.principal.account_id, None) as watch:
        row = type("Row", (), {"id": id, "status": GenerationStatus.COMPLETED, "last_number": 5})
        running.generation_watches.on_finished(FinishedGeneration(row))
        assert not watch.status.is_final


async def test_what_was_read_before_the_end_does_not_take_it_back(api, running, held):
    answer, created = held
    id = key(created["generation"]["id"])
    async with running.generation_watches.subscribe(id, api.principal.account_id, None) as watch:
        answer.release()
        await ending(api, created["generation"]["id"])
        running.generation_watches._apply_row(TokenLogRow(id, "running", 1, 0, None, 0, ""))
        assert (watch.status, watch.last_number) == (GenerationStatus.COMPLETED, 1)


async def test_it_is_forgotten_when_it_has_ended_and_nobody_looks_on(api, running, held):
    answer, created = held
    await shown(api, created["generation"]["id"], "One")
    assert running.generation_watches.is_owned_here(
        key(created["generation"]["id"]), api.principal.account_id
    )
    answer.release()
    await ending(api, created["generation"]["id"])

    async def is_forgotten():
        return not running.generation_watches._watches

    await eventually(is_forgotten)


async def test_answers_that_end_together_are_all_settled(api, running, assistant):
    answers = [assistant.enqueue_held("It is ") for _ in range(8)]
    chats = [await create(api, "CHAT", f"problem {n}", title="It hangs") for n in range(8)]
    for answer in answers:
        await asyncio.wait_for(answer.held.wait(), PATIENCE)
    for answer in answers:
        answer.release("fixed.")
    await asyncio.gather(*(ending(api, chat["generation"]["id"]) for chat in chats))

    async def are_settled():
        async with as_owner(running) as db:
            unsettled = await db.scalar(UNSETTLED, {"account_id": api.principal.account_id})
        return unsettled == 0

    await eventually(are_settled)
