"""Connections that stand by: used again, counted as free, and nobody's once they are lost."""

import asyncio

import pytest
from sqlalchemy import text

from storage import pool
from storage.pool import driver_connection
from tests.api_client import eventually

PID = text("SELECT pg_backend_pid()")


async def test_the_one_used_last_comes_first(running):
    async with driver_connection(running.engine) as one, driver_connection(running.engine) as other:
        assert one is not other
    async with driver_connection(running.engine) as again:
        assert again is one


async def test_one_that_stands_by_is_not_in_use(one):
    assert one.pool.checkedout() == 0
    async with driver_connection(one):
        assert one.pool.checkedout() == 1
    assert one.pool.checkedout() == 0


async def test_whoever_asks_sqlalchemy_has_it_too(one):
    async with driver_connection(one) as driver:
        pid = driver.get_server_pid()
    async with one.connect() as connection:
        assert await connection.scalar(PID) == pid
    async with driver_connection(one) as driver:
        assert driver.get_server_pid() == pid


async def test_whoever_waits_is_given_what_another_gives_back(one):
    async def use() -> int:
        async with driver_connection(one) as driver:
            return await driver.fetchval("SELECT pg_backend_pid()")

    held = await pool.acquire_connection(one)
    waiting = [asyncio.create_task(use()) for _ in range(5)]
    await asyncio.sleep(0)
    held.release()
    assert set(await asyncio.gather(*waiting)) == {held.driver.get_server_pid()}
    assert one.pool.checkedout() == 0


async def test_one_that_was_lost_while_it_stood_by_makes_room_for_another(one):
    async with driver_connection(one) as lost:
        pass
    lost.terminate()
    async with driver_connection(one) as other:
        assert other is not lost
        assert await other.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("is_used", [True, False])
async def test_none_outlives_the_pool_it_came_from(one, is_used):
    held = await pool.acquire_connection(one)
    if not is_used:
        held.release()
    await one.dispose()
    if is_used:
        assert await held.driver.fetchval("SELECT 1") == 1
        held.release()

    async def closed() -> bool:
        return held.driver.is_closed()

    await eventually(closed)
    async with driver_connection(one) as other:
        assert other is not held.driver


async def test_nobody_keeps_what_they_stopped_waiting_for(one):
    held = await pool.acquire_connection(one)
    waiting = asyncio.create_task(pool.acquire_connection(one))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    held.release()
    async with driver_connection(one) as driver:
        assert await driver.fetchval("SELECT 1") == 1
    assert one.pool.checkedout() == 0
