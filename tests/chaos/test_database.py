"""The database goes away, cuts its connections, or is full, in the middle of answers."""

import asyncio
import base64
import os
import random
import signal
from contextlib import asynccontextmanager

import asyncpg
import pytest

from server import bootstrap as starting
from server.embedded_postgres import embedded_server
from tests.chaos.conftest import SCALE
from tests.chaos.provider import truth
from tests.chaos.recorded_answers import begin, check, check_log, watched
from tests.chaos.roaming_client import TryAgain, Viewer, ask
from tests.conftest import FOLDER, place_of
from tests.database_faults import stop_postgres
from tests.operations import RENAME

pytestmark = pytest.mark.slow

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
#: What the driver is told on a full disk.
FULL = """
CREATE OR REPLACE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END
$$;
CREATE TRIGGER disk_is_full BEFORE INSERT ON generation_deltas EXECUTE FUNCTION disk_is_full();
CREATE TRIGGER disk_is_full BEFORE UPDATE ON ai_sessions EXECUTE FUNCTION disk_is_full();
"""
ROOM_AGAIN = """
DROP TRIGGER disk_is_full ON generation_deltas;
DROP TRIGGER disk_is_full ON ai_sessions;
"""
LOCK = "SELECT FROM ai_sessions WHERE id = ANY($1::uuid[]) FOR UPDATE"
TITLE = "query Title($id: ID!) { session(id: $id) { title } }"


@pytest.fixture(scope="module")
def folder():
    return FOLDER / f"chaos_{os.urandom(4).hex()}"


@pytest.fixture(scope="module")
def database_url(folder):
    """On a Postgres of its own, as durable as an operator's."""
    with embedded_server.run_embedded_server(folder) as server:
        embedded_server.ensure_database(server, "sessions")
        asyncio.run(starting.prepare_database(place_of(server, "sessions")))
        yield server.dsn("sessions")


async def restart(folder, how: signal.Signals) -> None:
    await asyncio.to_thread(stop_postgres, folder, how)
    await asyncio.sleep(random.random())
    with embedded_server.run_embedded_server(folder):
        """The fixture's server keeps it from stopping again."""


@asynccontextmanager
async def connected(database_url):
    connection = await asyncpg.connect(database_url)
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("how", "first"), [(signal.SIGINT, 8000), (signal.SIGQUIT, 8300)], ids=["fast", "immediate"]
)
async def test_a_restart_loses_nothing(start, database_url, folder, seed, how, first):
    chance = random.Random(seed)
    urls = [(await asyncio.to_thread(start)).url for _ in range(2)]
    watching = asyncio.create_task(watched(urls, range(first, first + 10 * SCALE), chance))
    for _ in range(SCALE):
        await asyncio.sleep(0.5 + chance.random())
        await restart(folder, how)
    for number, session_id, viewers in await watching:
        await check(urls, number, session_id, viewers)
    await check_log(database_url)


async def test_connections_that_are_cut_cost_no_word(start, database_url, seed):
    chance = random.Random(seed)
    urls = [(await asyncio.to_thread(start)).url for _ in range(2)]
    watching = asyncio.create_task(watched(urls, range(8600, 8600 + 10 * SCALE), chance))
    for _ in range(5 * SCALE):
        await asyncio.sleep(chance.random())
        async with connected(database_url) as connection:
            await connection.execute(CUT)
    for number, session_id, viewers in await watching:
        await check(urls, number, session_id, viewers)
    await check_log(database_url)


async def test_on_a_full_disk_nothing_is_lost_and_it_is_said(start, provider, database_url, seed):
    provider.delay = 0.1
    url = (await asyncio.to_thread(start)).url
    session_id, generation_id = await begin([url], 9000)
    viewer = Viewer([url], generation_id, random.Random(seed), patience=None)
    watching = asyncio.create_task(viewer.watch())
    while not viewer.text:
        await asyncio.sleep(0.01)
    async with connected(database_url) as connection:
        await connection.execute(FULL)
        with pytest.raises(TryAgain):
            await ask(url, RENAME, id=session_id)
        await asyncio.sleep(1)
        await connection.execute(ROOM_AGAIN)
    await watching
    await check([url], 9000, session_id, [viewer])
    assert (await ask(url, TITLE, id=session_id))["session"]["title"] != "Another"
    assert provider.calls[9000] == 1


async def test_requests_that_hold_all_connections_do_not_hold_up_the_words(
    start, provider, database_url, seed
):
    provider.delay = 0.1
    url = (await asyncio.to_thread(start, SESSIONS_POOL_SIZE="2")).url
    stuck = [(await begin([url], number))[0] for number in (9101, 9102)]
    session_id, generation_id = await begin([url], 9103)
    viewer = Viewer([url], generation_id, random.Random(seed), patience=None)
    watching = asyncio.create_task(viewer.watch())
    while not viewer.text:
        await asyncio.sleep(0.01)
    async with connected(database_url) as connection, connection.transaction():
        await connection.execute(LOCK, [key_of(id) for id in stuck])
        renaming = [asyncio.create_task(ask(url, RENAME, id=id)) for id in stuck]
        with pytest.raises(TryAgain):
            await ask_until_refused(url, session_id)
        while viewer.text != truth(9103):
            await asyncio.sleep(0.01)
    await watching
    await check([url], 9103, session_id, [viewer])
    for renamed in await asyncio.gather(*renaming):
        assert renamed["renameSession"]["__typename"] == "RenameSessionSuccess"


async def ask_until_refused(url, session_id) -> None:
    while True:
        await ask(url, TITLE, id=session_id)


def key_of(global_id: str) -> str:
    return base64.b64decode(global_id).decode().split(":")[1]
