"""Listens for notifications on one connection of the process, and reconnects when it is lost."""

import asyncio
import logging
from typing import Any

import asyncpg
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import APPLICATION_NAME, connect
from storage.notifications import NotificationHub
from storage.outages import retry_while_database_down

logger = logging.getLogger(__name__)


async def listen_for_notifications(url: URL, hub: NotificationHub, *engines: AsyncEngine) -> None:
    """Dispatch notifications until the task is cancelled.

    When the connection is lost, the pooled connections of `engines` are probably lost as well.
    They are closed, so that no request fails on one.
    """
    while True:
        lost = asyncio.Event()
        connection = await connect_listener(url, hub)
        connection.add_termination_listener(lambda _, lost=lost: lost.set())
        try:
            # Notifications were missed while there was no connection.
            hub.wake_all()
            await lost.wait()
            logger.warning("The connection for notifications was lost")
            for engine in engines:
                await engine.dispose()
        finally:
            connection.terminate()


@retry_while_database_down
async def connect_listener(url: URL, hub: NotificationHub) -> asyncpg.Connection:
    """A connection that listens on all channels of the hub."""

    def receive(_connection: Any, pid: int, channel: str, payload: str) -> None:
        if not hub.is_own(channel, pid):
            hub.dispatch(channel, payload)

    connection = await connect(url, application_name=f"{APPLICATION_NAME} listener")
    # After a restart Postgres may assign the same process ids to connections of other processes.
    hub.own_writer_pids.clear()
    try:
        for channel in hub.channels:
            await connection.add_listener(channel, receive)
    except BaseException:
        connection.terminate()
        raise
    return connection
