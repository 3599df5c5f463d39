"""Leases and the token log lock the same rows, in one order."""

import asyncio
from uuid import uuid4

from models import Generation, GenerationKind, GenerationStatus
from services.generations.store import LeaseStore
from services.generations.token_log.store import TokenLogDelta, TokenLogStore
from storage.engine import open_role_engine
from storage.transactions import DatabaseRole
from tests.factories import chat_session, save

ANSWERS = 400
TIMES = 40


async def running_answers(running, ana) -> list[Generation]:
    """Their ids in another order than the rows themselves."""
    session = chat_session(ana)
    await save(running, session)
    answers = [
        Generation(
            id=uuid4(),
            account_id=ana.account_id,
            session_id=session.id,
            kind=GenerationKind.STATUS_UPDATE,
            status=GenerationStatus.RUNNING,
            owner=running.generation_runner.id,
        )
        for _ in range(ANSWERS)
    ]
    await save(running, *answers)
    return answers


async def test_renewing_leases_and_writing_never_wait_for_each_other_in_a_circle(
    running, place, ana
):
    ids = {answer.id for answer in await running_answers(running, ana)}

    async def write() -> None:
        for number in range(1, TIMES):
            deltas = [TokenLogDelta(ana.account_id, id, 1, number, "word ") for id in ids]
            assert await TokenLogStore(vital).append(deltas) == {(id, 1) for id in ids}

    async def renew_all() -> None:
        for _ in range(TIMES):
            await LeaseStore(vital, running.generation_runner.id).renew_leases(ids)

    # Postgres breaks a circle by an error for one of them.
    async with open_role_engine(place.url, DatabaseRole.KEEPER, pool_size=3) as vital:
        await asyncio.gather(write(), renew_all(), renew_all())
