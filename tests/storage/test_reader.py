"""Reads without the ORM: what they select, whose rows they see, and what they leave behind."""

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial

import asyncpg
import pytest
from sqlalchemy import Integer, Select, literal_column, select, text

import models
from models import SessionStatus
from storage import outages, pool
from storage.pool import driver_connection
from storage.reader import SET_ACCOUNT
from storage.statements import Query, model_columns, param
from storage.transactions import Tenancy
from tests.api_client import eventually, given_back
from tests.factories import chat_session, guided_session, save
from tests.superuser import as_owner

S = models.AISession
COUNT = Query(select(literal_column("count(*)").label("total")).select_from(S))

SLEEPING = Query(select(literal_column("pg_sleep(60)::text").label("slept")))
SLEEPERS = (
    " FROM pg_stat_activity WHERE state = 'active'"
    " AND query LIKE 'SELECT pg_sleep%' AND datname = current_database()"
)
SLEEPER = "SELECT pid" + SLEEPERS
END_SLEEPERS = "SELECT pg_terminate_backend(pid)" + SLEEPERS


def failing() -> Select:
    return select((param("number", Integer()) / 0).label("never"))


async def test_it_sees_its_account_and_nothing_else(running, ana, eve):
    await save(running, chat_session(ana), guided_session(ana), chat_session(eve))
    assert await running.tenancy.reader(ana.account_id).fetch_value(COUNT) == 2
    assert await running.tenancy.reader(eve.account_id).fetch_value(COUNT) == 1


async def test_the_next_on_the_connection_sees_its_own_account(running, ana, eve, one):
    await save(running, chat_session(ana), guided_session(ana), chat_session(eve))
    tenancy = Tenancy(one)
    for who, expected in ((ana, 2), (eve, 1), (ana, 2)):
        assert await tenancy.reader(who.account_id).fetch_value(COUNT) == expected


async def test_also_after_a_statement_that_was_refused(running, ana, eve, one):
    await save(running, chat_session(ana), guided_session(ana), chat_session(eve))
    tenancy = Tenancy(one)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await tenancy.reader(ana.account_id).fetch_value(Query(failing()), number=1)
    assert await tenancy.reader(eve.account_id).fetch_value(COUNT) == 1


async def test_a_transaction_sees_nothing_of_whom_the_connection_was_read_for(
    running, ana, eve, one
):
    await save(running, chat_session(ana), guided_session(ana), chat_session(eve))
    tenancy, count = Tenancy(one), text("SELECT count(*) FROM ai_sessions")
    assert await tenancy.reader(ana.account_id).fetch_value(COUNT) == 2
    async with tenancy.for_account(eve.account_id).orm_read_transaction() as db:
        assert await db.scalar(count) == 1
    async with tenancy.system.orm_read_transaction() as db:
        account = await db.scalar(text("SELECT current_setting('sessions.account_id')"))
        assert account == ""
    assert await tenancy.reader(ana.account_id).fetch_value(COUNT) == 2


async def test_an_account_is_said_once_as_long_as_it_stays_the_same(running, ana, eve, one):
    tenancy, said = Tenancy(one), Query(select(literal_column("1").label("one")))
    await tenancy.reader(ana.account_id).fetch_value(said)
    held = await pool.acquire_connection(one)
    sent: list[str] = []
    held.driver.add_query_logger(lambda query: sent.append(query.query))
    held.release()
    for who in (ana, ana, eve, eve):
        await tenancy.reader(who.account_id).fetch_value(said)
        async with one.connect():
            """It goes through SQLAlchemy's hands meanwhile."""
    entered, read = SET_ACCOUNT.format(eve.account_id), said.sql
    # The driver tells of each a turn of the loop later.
    await asyncio.sleep(0)
    assert sent == [read, read, entered, read, read]


async def test_it_may_change_nothing(running, ana):
    changing = text("DELETE FROM ai_sessions RETURNING id").columns(id=Integer)
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await running.tenancy.reader(ana.account_id).fetch_rows(Query(changing))


async def test_rows_have_the_names_and_properties_of_the_model(running, ana):
    row = models.SessionDocument
    read = Query(select(*model_columns(row, "written_markdown", "edited_markdown")), row)
    chat = chat_session(ana)
    await save(running, chat)
    of_chat = {"account_id": ana.account_id, "session_id": chat.id}
    await save(
        running, row(**of_chat, kind=models.DocumentKind.TICKET_NOTES, written_markdown="Well")
    )
    [found] = await running.tenancy.reader(ana.account_id).fetch_rows(read)
    assert (found.written_markdown, found.edited_markdown, found.markdown) == ("Well", None, "Well")


async def test_words_of_a_column_become_members_of_its_enumeration(running, ana):
    await save(running, chat_session(ana, status=SessionStatus.PAUSED))
    read = Query(select(S.status, S.confidence_tier))
    reading = running.tenancy.reader(ana.account_id)
    assert await reading.fetch_dicts(read) == [
        {"status": SessionStatus.PAUSED, "confidence_tier": None}
    ]


async def test_connections_that_were_lost_meanwhile_are_not_used(running, ana):
    reading = running.tenancy.reader(ana.account_id)
    await reading.fetch_value(COUNT)
    held = await pool.acquire_connection(running.engine)
    held.driver.terminate()
    held.release()
    assert await reading.fetch_value(COUNT) == 0


async def test_one_that_is_lost_while_it_is_used_is_an_outage(running, ana):
    reading = running.tenancy.reader(ana.account_id)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(outage_of(reading, SLEEPING))
        # Ends who sleeps, as soon as somebody does.
        await eventually(partial(one_that, running, END_SLEEPERS))
    assert outages.is_outage(task.result())
    assert await reading.fetch_value(COUNT) == 0
    await given_back(running)


async def test_one_that_is_waited_for_no_longer_is_not_used_again(running, ana):
    reading = asyncio.create_task(running.tenancy.reader(ana.account_id).fetch_value(SLEEPING))
    pid = await eventually(partial(one_that, running, SLEEPER))
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    assert reading.cancelled()
    await given_back(running)
    async with AsyncExitStack() as taken:
        for _ in range(running.engine.pool.size()):
            driver = await taken.enter_async_context(driver_connection(running.engine))
            assert driver.get_server_pid() != pid


async def test_what_nobody_waits_for_any_more_ends_in_postgres_too(running, ana):
    reading = asyncio.create_task(running.tenancy.reader(ana.account_id).fetch_value(SLEEPING))
    await eventually(partial(one_that, running, SLEEPER))
    reading.cancel()

    async def has_ended():
        return await one_that(running, SLEEPER) is None

    await eventually(has_ended)


async def outage_of(reading, read) -> Exception:
    with pytest.raises((asyncpg.PostgresError, *outages.CONNECTION_ERRORS)) as told:
        await reading.fetch_value(read)
    return told.value


async def one_that(running, statement):
    async with as_owner(running) as db:
        return await db.scalar(text(statement))
