"""The one connection of a process that hears what has been committed anywhere."""

import asyncio
import logging
from typing import Any

import asyncpg
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import APPLICATION_NAME, connect
from storage.notifications import Channel, NotificationHub
from storage.outages import retry_while_database_down

logger = logging.getLogger(__name__)


async def listen_for_notifications(
    url: URL, switchboard: NotificationHub, *engines: AsyncEngine
) -> None:
    """Pass signals on for ever; a lost connection is taken up again.

    With it the pooled connections of `engines` are most likely lost: no request should have to
    find that out.
    """
    while True:
        lost = asyncio.Event()
        connection = await connect_listener(url, switchboard)
        connection.add_termination_listener(lambda _, lost=lost: lost.set())
        try:
            # Whatever was signalled while nobody listened.
            switchboard.wake_all()
            await lost.wait()
            logger.warning("The connection for signals was lost")
            for engine in engines:
                await engine.dispose()
        finally:
            connection.terminate()


@retry_while_database_down
async def connect_listener(url: URL, switchboard: NotificationHub) -> asyncpg.Connection:
    def heard(_connection: Any, pid: int, topic: str, payload: str) -> None:
        if topic != Channel.GENERATION_TEXT or pid not in switchboard.own_writer_pids:
            switchboard.dispatch(topic, payload)

    connection = await connect(url, application_name=f"{APPLICATION_NAME} listener")
    # Whoever is given the same numbers from now on is somebody else.
    switchboard.own_writer_pids.clear()
    try:
        for topic in Channel:
            await connection.add_listener(topic, heard)
    except BaseException:
        connection.terminate()
        raise
    return connection
