"""What other clients of the database send as notifications."""

import asyncio
import logging
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from storage.notifications import NotificationHub, listen_for_notifications
from tests.api_client import PATIENCE, eventually

CHANNEL = "things"
NO_IDS = ("", "x", "1", f"{uuid4()},", f"{uuid4()},x", "x" * 7_000, "{}", ",,,")


async def test_payloads_without_ids_are_ignored_and_logged_once(place, caplog):
    errors: list[dict] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    hub, id, woken = NotificationHub([CHANNEL]), uuid4(), asyncio.Event()
    listening = asyncio.create_task(listen_for_notifications(place.url, hub))
    engine = create_async_engine(place.url)

    async def notify(*payloads: str) -> None:
        async with engine.begin() as connection:
            for payload in payloads:
                statement = text("SELECT pg_notify(:channel, :payload)")
                await connection.execute(statement, {"channel": CHANNEL, "payload": payload})

    async def ignores() -> bool:
        await notify(*NO_IDS)
        return hub.invalid_count >= len(NO_IDS)

    with hub.subscribe(CHANNEL, id, woken.set), caplog.at_level(logging.WARNING):
        await eventually(ignores)
        woken.clear()
        await notify(str(id))
        await asyncio.wait_for(woken.wait(), PATIENCE)
    assert len([line for line in caplog.messages if "without an id" in line]) == 1
    assert "x" * 100 not in caplog.text
    assert errors == []
    listening.cancel()
    await engine.dispose()
