"""What may be asked and spent: counted right across processes, also when answers are cut off."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from server import runtime
from services import retention
from services.ai.port import Usage
from services.ai.testing import SCRIPTED_USAGE
from services.errors import RateLimited
from services.quotas import quotas, usage_ledger
from services.quotas.quotas import Quota, Quotas, RateKind, RatePerMinute
from tests import factories
from tests.api_client import Api, eventually
from tests.operations import call, chat, create, ending, send
from tests.superuser import as_owner

CREATE = """
mutation ($input: CreateSessionInput!) {
  createSession(input: $input) {
    __typename
    ... on Error { code message }
    ... on RateLimited { retryAt }
    ... on QuotaExceeded { retryAt }
  }
}
"""
CHAT = {"sessionType": "CHAT", "intake": {"text": "Outlook shows no new mail"}}
SUMS = "SELECT tokens, cost_usd, reserved_tokens, reserved_cost_usd FROM spending"
DESCRIBED = "SELECT tokens FROM ledger WHERE kind = 'description' AND settled_at IS NOT NULL"
WRITTEN = "SELECT count(*) FROM ledger WHERE kind NOT IN ('chat_reply', 'description')"
OPEN = "SELECT count(*) FROM ledger WHERE settled_at IS NULL"
#: The sums of all accounts are read.
pytestmark = pytest.mark.isolated

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
FREE = "SELECT id FROM generations WHERE status = 'running' FOR UPDATE SKIP LOCKED"
#: What the description of a session takes.
TOKENS = 15


@dataclass
class Spent:
    tokens: int
    cost: Decimal
    reserved: int


@pytest.fixture
def desk(place, assistant):
    """A process with allowances, and somebody who works there."""

    def started(**user):
        return runtime.run_runtime(place, assistant, quotas=Quotas(user=Quota(**user)))

    return started


async def spent(running) -> Spent:
    """Of everybody in everything: each sum stands there for user and account, day and month."""
    async with as_owner(running) as db:
        rows = (await db.execute(text(SUMS))).all()
    assert len(rows) == 4
    assert len({tuple(row) for row in rows}) == 1, rows
    return Spent(rows[0].tokens, rows[0].cost_usd, rows[0].reserved_tokens)


async def settled(running) -> Spent:
    """Once nothing is set aside: an answer's end is seen before it is counted."""

    async def found() -> Spent | None:
        now = await spent(running)
        return None if now.reserved else now

    return await eventually(found)


async def asked(api) -> dict:
    return (await api.data(CREATE, input=CHAT))["createSession"]


async def test_answers_are_refused_beyond_so_many_a_minute_and_it_says_until_when(desk):
    async with desk(answers_per_minute=3) as running:
        api = Api(running, await factories.user(running, "Ana"))
        outcomes = [await asked(api) for _ in range(4)]
    assert [o["__typename"] for o in outcomes] == ["CreateSessionSuccess"] * 3 + ["RateLimited"]
    refused = outcomes[-1]
    assert refused["code"] == "RATE_LIMITED"
    assert "3 answers per minute" in refused["message"]
    wait = datetime.fromisoformat(refused["retryAt"]) - datetime.now(UTC)
    assert timedelta(0) < wait <= timedelta(seconds=20)


async def test_what_is_refused_leaves_nothing_behind(desk):
    async with desk(answers_per_minute=1) as running:
        api = Api(running, await factories.user(running, "Ana"))
        await asked(api)
        assert (await asked(api))["__typename"] == "RateLimited"
        assert (await api.data("{ sessions { totalCount } }"))["sessions"]["totalCount"] == 1
        async with as_owner(running) as db:
            assert (
                await db.scalar(text("SELECT count(*) FROM ledger WHERE kind = 'chat_reply'")) == 1
            )


async def test_an_account_is_held_to_what_all_its_users_ask_together(place, assistant):
    quotas = Quotas(account=Quota(answers_per_minute=2))
    async with runtime.run_runtime(place, assistant, quotas=quotas) as running:
        ana = await factories.user(running, "Ana")
        ben = await factories.user(running, "Ben", account_id=ana.account_id)
        eve = await factories.user(running, "Eve")
        outcomes = [await asked(Api(running, who)) for who in (ana, ben, ana, eve)]
    kinds = [outcome["__typename"] for outcome in outcomes]
    assert kinds[2] == "RateLimited"
    assert kinds.count("CreateSessionSuccess") == 3
    assert outcomes[2]["message"].startswith("Your account's limit is 2 answers per minute.")


async def test_a_rate_is_held_however_many_take_at_once(running, ana):
    """On connections of their own, as of many processes."""
    limits = RatePerMinute(user=20, account=None)

    async def take() -> bool:
        try:
            async with running.tenancy.for_account(ana.account_id).transaction() as db:
                await quotas.consume_rate(db, ana, RateKind.REQUESTS, limits)
        except RateLimited:
            return False
        return True

    taken = await asyncio.gather(*(take() for _ in range(60)))
    # One is free again after three seconds, and a busy machine may take as long.
    assert 20 <= sum(taken) <= 40


async def test_an_allowance_comes_back_with_time(running, ana):
    limits = RatePerMinute(user=2, account=2)
    async with running.tenancy.for_account(ana.account_id).transaction() as db:
        await quotas.consume_rate(db, ana, RateKind.REQUESTS, limits, 2)
    async with as_owner(running) as db:
        await db.execute(text("UPDATE rates SET full_at = full_at - interval '31 seconds'"))
    async with running.tenancy.for_account(ana.account_id).transaction() as db:
        await quotas.consume_rate(db, ana, RateKind.REQUESTS, limits)
        with pytest.raises(RateLimited):
            await quotas.consume_rate(db, ana, RateKind.REQUESTS, limits)


async def test_what_an_answer_is_expected_to_cost_is_set_aside_until_it_has_ended(
    api, running, assistant
):
    answer = assistant.enqueue_held("It is ")
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    await answer.held.wait()
    assert await spent(running) == Spent(0, 0, usage_ledger.total_tokens(SCRIPTED_USAGE))
    answer.release("fixed.", Usage("scripted", input_tokens=100, output_tokens=7))
    await ending(api, created["generation"]["id"])
    assert (await settled(running)).tokens >= 107


async def test_the_ledger_outlives_the_session(api, running):
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    await ending(api, created["generation"]["id"])
    before = await settled(running)
    assert before.tokens > 0
    deleted = await call(
        api, "deleteSession", "deletedSessionId", sessionId=created["session"]["id"]
    )
    assert deleted["__typename"] == "DeleteSessionSuccess"
    after = await settled(running)
    # Its description may have been written in between.
    assert after.tokens >= before.tokens
    async with as_owner(running) as db:
        assert await db.scalar(text("SELECT sum(tokens) FROM ledger")) == after.tokens


async def test_deleting_a_session_in_the_middle_of_answers_frees_what_they_held(
    api, running, assistant
):
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    await ending(api, created["generation"]["id"])
    await settled(running)
    held = [assistant.enqueue_held("a "), assistant.enqueue_held("b ")]
    session = created["session"]["id"]
    await send(api, session, "and?")
    await call(api, "statusUpdate", "generation { id }", sessionId=session, audience="TICKET_NOTES")
    for answer in held:
        await answer.held.wait()
    assert (await spent(running)).reserved == 2 * usage_ledger.total_tokens(SCRIPTED_USAGE)
    await call(api, "deleteSession", "deletedSessionId", sessionId=session)
    # Entered once the deletion has committed.
    await settled(running)


async def test_a_message_that_waits_has_its_cost_set_aside(api, running, assistant):
    answer = assistant.enqueue_held("It is ")
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    await answer.held.wait()
    queued = await send(api, created["session"]["id"], "and?", whenBusy="ENQUEUE")
    assert (await spent(running)).reserved == 2 * usage_ledger.total_tokens(SCRIPTED_USAGE)
    answer.release("fixed.")
    await ending(api, queued["generation"]["id"])
    await settled(running)


@pytest.mark.parametrize(
    ("budget", "says"),
    [
        ({"tokens_per_day": 20}, "Your quota of 20 tokens per day is used up."),
        ({"tokens_per_month": 20}, "Your quota of 20 tokens per month is used up."),
        ({"cost_per_day": Decimal("0.0015")}, "Your quota of $0.0015 per day is used up."),
        ({"cost_per_month": Decimal("0.0015")}, "Your quota of $0.0015 per month is used up."),
    ],
)
async def test_a_budget_that_is_used_up_says_until_when(desk, budget, says):
    async with desk(**budget) as running:
        api = Api(running, await factories.user(running, "Ana"))
        created = await create(api, "CHAT", "it hangs", title="It hangs")
        await ending(api, created["generation"]["id"])
        before = datetime.now(UTC)
        refused = await asked(api)
    assert refused["__typename"] == refused["code"].title().replace("_", "") == "QuotaExceeded"
    assert says in refused["message"]
    period_end = end_of_month if "month" in says else end_of_day
    # Midnight may pass while the test runs.
    assert datetime.fromisoformat(refused["retryAt"]) in map(
        period_end, (before, datetime.now(UTC))
    )


def end_of_day(moment: datetime) -> datetime:
    return datetime.combine(moment.date() + timedelta(1), datetime.min.time(), UTC)


def end_of_month(moment: datetime) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


async def test_two_at_once_do_not_spend_the_same_money(desk, assistant):
    async with desk(tokens_per_day=25) as running:
        api = Api(running, await factories.user(running, "Ana"))
        answer = assistant.enqueue_held("It is ")
        outcomes = await asyncio.gather(*(asked(api) for _ in range(8)))
        kinds = [outcome["__typename"] for outcome in outcomes]
        assert kinds.count("CreateSessionSuccess") == 1
        assert kinds.count("QuotaExceeded") == 7
        answer.release("fixed.")


async def test_a_session_is_handed_on_also_where_nothing_may_be_spent_any_more(desk):
    async with desk(tokens_per_day=20) as running:
        api = Api(running, await factories.user(running, "Ana"))
        created = await create(api, "CHAT", "it hangs", title="It hangs")
        await ending(api, created["generation"]["id"])
        await settled(running)
        fields = "session { status } generation { id }"
        session = created["session"]["id"]
        escalated = await call(api, "escalate", fields, sessionId=session, reason="beyond me")
        assert escalated["__typename"] == "EscalateSuccess"
        assert escalated["session"]["status"] == "ESCALATED"
        assert escalated["generation"] is None
        async with as_owner(running) as db:
            assert await db.scalar(text(WRITTEN)) == 0


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("sendChatMessage", {"content": "and?", "whenBusy": "INTERRUPT"}),
        ("resolve", {}),
        ("escalate", {"reason": "beyond me"}),
    ],
)
async def test_who_waits_for_the_sums_keeps_nobody_from_an_answer(
    api, running, assistant, verb, asked
):
    answer = assistant.enqueue_held("It is ")
    created = await create(api, "CHAT", "it hangs", title="It hangs")
    await answer.held.wait()
    session = created["session"]["id"]
    async with as_owner(running) as other:
        await other.execute(text("SELECT FROM spending FOR UPDATE"))
        asking = asyncio.create_task(call(api, verb, "session { id }", sessionId=session, **asked))
        await eventually(lambda: somebody_waits(running))
        async with as_owner(running) as db:
            assert len((await db.execute(text(FREE))).all()) == 1
    assert (await asking)["session"]["id"] == session
    answer.release("fixed.")


async def somebody_waits(running) -> bool:
    async with as_owner(running) as db:
        return await db.scalar(text(WAITING)) > 0


async def test_what_a_crash_has_left_set_aside_is_freed(api, running, ana):
    """As after a process that died between the end of an answer and its entry."""
    async with running.tenancy.for_account(ana.account_id).transaction() as db:
        await usage_ledger.reserve_usage(db, ana, Quotas(), uuid4(), "chat_reply", SCRIPTED_USAGE)
    assert (await spent(running)).reserved > 0
    async with as_owner(running) as db:
        await db.execute(text("UPDATE ledger SET created_at = created_at - interval '2 minutes'"))
    await retention.delete_expired(running.tenancy.system)
    # The process may be at it at the same time.
    await settled(running)
    async with as_owner(running) as db:
        assert await db.scalar(text(OPEN)) == 0


async def test_what_the_server_asks_by_itself_is_in_the_ledger(api, running):
    await chat(api)

    async def is_described():
        async with as_owner(running) as db:
            return await db.scalar(text(DESCRIBED))

    assert await eventually(is_described) == TOKENS
