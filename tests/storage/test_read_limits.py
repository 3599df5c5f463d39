"""How long reads may take, how many connections searches use, and what sign-in has for itself."""

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial

import asyncpg
import pytest
from sqlalchemy import literal_column, select, text

from server import runtime
from server.runtime import DatabaseLimits
from storage import outages, pool
from storage.pool import driver_connection
from storage.read_limits import ReadLimits, ReadTimedOut
from storage.statements import Query
from storage.transactions import Tenancy
from tests import factories
from tests.api_client import eventually, given_back
from tests.superuser import as_owner

PID = Query(select(literal_column("pg_backend_pid()").label("pid")))
TIMEOUT = "SELECT current_setting('statement_timeout')"
SLEEP = Query(select(literal_column("pg_sleep(60)::text").label("slept")))
SLOW_SEARCH = Query(select(literal_column("pg_sleep(60)::text").label("slept")), is_search=True)
QUICK_SEARCH = Query(select(literal_column("1").label("one")), is_search=True)
SLEEPERS = (
    "SELECT pid FROM pg_stat_activity WHERE state = 'active'"
    " AND query LIKE 'SELECT pg_sleep%' AND datname = current_database()"
)


@asynccontextmanager
async def process(place, assistant, **limits):
    limits = {"pool_size": 4, "reads": ReadLimits(seconds=0.3, searches=3)} | limits
    async with runtime.run_runtime(place, assistant, limits=DatabaseLimits(**limits)) as running:
        yield running


@pytest.fixture
async def quick(place, assistant):
    """A process whose reads may take a moment."""
    async with process(place, assistant) as running:
        yield running


@pytest.fixture
async def patient(place, assistant):
    """A process whose reads may take longer than any test waits."""
    async with process(place, assistant, reads=ReadLimits(seconds=600, searches=3)) as running:
        yield running


async def sleepers(running) -> list[int]:
    async with as_owner(running) as db:
        return list(await db.scalars(text(SLEEPERS)))


async def has_sleepers(running, count: int) -> bool:
    return len(await sleepers(running)) == count


async def test_slow_read_is_cancelled_and_its_connection_used_again(quick):
    reader = quick.tenancy.reader((await factories.user(quick, "Ana")).account_id)
    pid = await reader.fetch_value(PID)
    with pytest.raises(asyncpg.QueryCanceledError) as refused:
        await reader.fetch_value(SLEEP)
    assert outages.is_outage(refused.value), "work in the background tries again"
    assert await reader.fetch_value(PID) == pid
    assert await sleepers(quick) == []
    await given_back(quick)


async def test_slow_search_is_no_outage(quick):
    reader = quick.tenancy.reader((await factories.user(quick, "Ana")).account_id)
    pid = await reader.fetch_value(PID)
    with pytest.raises(ReadTimedOut) as refused:
        await reader.fetch_value(SLOW_SEARCH)
    assert refused.value.has_run
    assert not outages.is_outage(refused.value), "nobody repeats it"
    assert await reader.fetch_value(PID) == pid
    assert quick.tenancy.searches.running == 0


async def test_transaction_that_writes_has_the_time_of_its_request(quick):
    account = quick.tenancy.for_account((await factories.user(quick, "Ana")).account_id)
    async with account.transaction() as db:
        assert await db.driver.fetchval(TIMEOUT) == "0"
    async with account.read_transaction() as db:
        assert await db.driver.fetchval(TIMEOUT) == "300ms"
    async with driver_connection(quick.engine) as driver:
        assert await driver.fetchval(TIMEOUT) == "300ms", "it ends with the transaction"
    async with driver_connection(quick.reserved_engine) as driver:
        assert await driver.fetchval(TIMEOUT) == "0", "the token log is not a read"


async def test_timeouts_are_counted_and_logged_once(quick, caplog):
    reader = quick.tenancy.reader((await factories.user(quick, "Ana")).account_id)
    with caplog.at_level(logging.INFO, "storage.read_limits"):
        for read, error in ((SLEEP, asyncpg.QueryCanceledError), (SLOW_SEARCH, ReadTimedOut)):
            with pytest.raises(error):
                await reader.fetch_value(read)
    assert quick.tenancy.searches.timed_out == 2
    [record] = caplog.records
    assert record.getMessage().startswith("A read took longer than 0.3 seconds")


async def test_abandoned_statement_is_cancelled_at_once(patient):
    """Even if Postgres does not look whether its client is still there."""
    reader = patient.tenancy.reader((await factories.user(patient, "Ana")).account_id)
    async with AsyncExitStack() as held:
        for _ in range(4):
            driver = await held.enter_async_context(driver_connection(patient.engine))
            await driver.execute("SET client_connection_check_interval = 0")
    reading = asyncio.create_task(reader.fetch_value(SLEEP))
    await eventually(partial(has_sleepers, patient, 1))
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    assert reading.cancelled()
    await eventually(partial(has_sleepers, patient, 0))
    await given_back(patient)


async def test_abandoned_statement_counts_as_in_use_until_it_ends(running, ana, one):
    reader = Tenancy(one).reader(ana.account_id)
    reading = asyncio.create_task(reader.fetch_value(SLEEP))
    await eventually(partial(has_sleepers, running, 1))
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    assert one.pool.checkedout() == 1
    assert isinstance(await reader.fetch_value(PID), int), "the next waits for it"
    assert await sleepers(running) == []


async def test_searches_leave_connections_to_others(patient):
    """Of three searches at a time one account has two; of four connections one is for reads."""
    ana, eve = [await factories.user(patient, name) for name in ("Ana", "Eve")]
    of_ana = patient.tenancy.reader(ana.account_id)
    of_eve = patient.tenancy.reader(eve.account_id)
    async with asyncio.TaskGroup() as tasks:
        slow = [tasks.create_task(cancelled(of_ana.fetch_value(SLOW_SEARCH))) for _ in range(14)]
        await eventually(partial(has_sleepers, patient, 2))
        assert await of_eve.fetch_value(QUICK_SEARCH) == 1
        slow += [tasks.create_task(cancelled(of_eve.fetch_value(SLOW_SEARCH))) for _ in range(14)]
        await eventually(partial(has_sleepers, patient, 3))
        assert patient.tenancy.searches.running == 3
        assert isinstance(await of_ana.fetch_value(PID), int)
        assert isinstance(await of_eve.fetch_value(PID), int)
        for search in slow:
            search.cancel()
    await eventually(partial(has_sleepers, patient, 0))
    await given_back(patient)
    assert patient.tenancy.searches.running == 0
    assert await of_ana.fetch_value(QUICK_SEARCH) == 1


async def cancelled(read) -> None:
    with suppress(asyncio.CancelledError):
        await read


async def test_search_that_finds_no_slot_gives_up(quick):
    ana = await factories.user(quick, "Ana")
    reader, searches = quick.tenancy.reader(ana.account_id), quick.tenancy.searches
    async with searches.hold(ana.account_id), searches.hold(ana.account_id):
        with pytest.raises(ReadTimedOut) as refused:
            await reader.fetch_value(QUICK_SEARCH)
    assert not refused.value.has_run
    assert await reader.fetch_value(QUICK_SEARCH) == 1


async def test_sign_in_has_connections_while_requests_use_all_others(patient):
    async with AsyncExitStack() as held:
        drivers = [
            await held.enter_async_context(driver_connection(patient.engine)) for _ in range(4)
        ]
        assert patient.connections_in_use == 4
        used = {driver.get_server_pid() for driver in drivers}
        async with patient.sign_in_tenancy.system.transaction() as db:
            assert await db.driver.fetchval("SELECT pg_backend_pid()") not in used
            assert await db.driver.fetchval("SELECT current_user") == "sessions_keeper"
        waiting = asyncio.create_task(pool.acquire_connection(patient.engine))
        await asyncio.sleep(0)
        assert not waiting.done(), "everybody else waits"
    (await waiting).release()
    async with patient.sign_in_tenancy.system.transaction() as db:
        assert await db.driver.fetchval("SELECT pg_backend_pid()") in used
