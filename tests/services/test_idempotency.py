import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.errors import InvalidInput
from services.idempotency import StoredOutcome, idempotent
from services.limits import KEY_CHARS
from tests.superuser import as_owner

INPUT = {"title": "Mail", "count": 1}


@pytest.fixture
def request_once(begin):
    """Repeats an operation; returns the earlier outcome, or stores this one."""

    async def request(who, key, outcome=None, *, operation="createSession", input=INPUT):
        async with begin(who) as work, idempotent(work, key, operation, input) as request:
            request.outcome = None if request.earlier else outcome
            return request.earlier

    return request


OUTCOME = StoredOutcome(session_id=uuid4(), message_id="m", generation_id=uuid4())


@pytest.mark.parametrize("outcome", [OUTCOME, StoredOutcome(), StoredOutcome(message_id="7")])
async def test_a_repeated_key_returns_the_first_outcome(request_once, ana, outcome):
    assert await request_once(ana, "k", outcome) is None
    assert await request_once(ana, "k") == outcome


async def test_without_a_key_nothing_is_stored(request_once, ana):
    for _ in range(2):
        assert await request_once(ana, None, OUTCOME) is None


@pytest.mark.parametrize(
    "other", [{"operation": "sendChatMessage"}, {"input": {"title": "Mail", "count": 2}}]
)
async def test_a_key_belongs_to_one_operation_and_input(request_once, ana, other):
    await request_once(ana, "k", OUTCOME)
    with pytest.raises(InvalidInput, match="used before with another input"):
        await request_once(ana, "k", OUTCOME, **other)


async def test_the_order_of_input_fields_does_not_matter(request_once, ana):
    await request_once(ana, "k", OUTCOME)
    assert await request_once(ana, "k", input=dict(reversed(INPUT.items()))) == OUTCOME


async def test_keys_of_two_users_are_apart(request_once, ana, ben):
    await request_once(ana, "k", OUTCOME)
    assert await request_once(ben, "k", StoredOutcome()) is None


@pytest.mark.parametrize("key", ["", "x" * (KEY_CHARS + 1), "\x00"])
async def test_a_key_has_a_limited_length(request_once, ana, key):
    with pytest.raises(InvalidInput, match=f"1 to {KEY_CHARS} characters"):
        await request_once(ana, key)


async def test_a_failed_request_leaves_the_key_free(begin, request_once, ana):
    with pytest.raises(RuntimeError):
        async with begin(ana) as work, idempotent(work, "k", "createSession", INPUT):
            raise RuntimeError
    assert await request_once(ana, "k", OUTCOME) is None


async def test_an_expired_key_is_claimed_anew(running, request_once, ana):
    await request_once(ana, "k", OUTCOME)
    async with as_owner(running) as db:
        expire = "UPDATE idempotency_keys SET created_at = now() - interval '25 hours'"
        await db.execute(text(f"{expire} WHERE user_id = :id"), {"id": ana.user_id})
    other = StoredOutcome(message_id="other")
    assert await request_once(ana, "k", other, operation="sendChatMessage") is None
    assert await request_once(ana, "k", operation="sendChatMessage") == other


async def test_a_second_request_waits_for_the_commit_of_the_first(begin, request_once, ana):
    async with begin(ana) as work, idempotent(work, "k", "createSession", INPUT) as first:
        second = asyncio.create_task(request_once(ana, "k"))
        done, _ = await asyncio.wait([second], timeout=0.2)
        assert not done
        first.outcome = OUTCOME
    assert await second == OUTCOME
