"""Keeps this process's leases and takes over generations whose process has gone."""

import asyncio
import logging
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from services.generations import leases
from services.generations.leases import Taken
from services.generations.runner import Writer
from storage.connections import borrowed
from storage.notifications import ANY, Switchboard, Topic
from storage.outages import is_outage

logger = logging.getLogger(__name__)


async def keep_leases(engine: AsyncEngine, writer: Writer, switchboard: Switchboard) -> None:
    """Look after leases now and then, and at once when a process lets go of its own."""
    freed = asyncio.Event()
    with switchboard.listening(Topic.GENERATION_FREE, ANY, freed.set):
        while True:
            freed.clear()
            for taken in await look_after(engine, writer):
                logger.warning("Taking over generation %s, left by another process", taken.id)
                writer.launch(*taken)
            with suppress(TimeoutError):
                async with asyncio.timeout(leases.RENEW_EVERY):
                    await freed.wait()


async def look_after(engine: AsyncEngine, writer: Writer) -> list[Taken]:
    """Renew what is ours; return what has become ours."""
    try:
        async with borrowed(engine) as driver:
            await leases.renew(driver, writer.id, writer.running)
            return [] if writer.is_closing else await leases.take_over(driver, writer.id)
    except Exception as error:
        if not is_outage(error):
            raise
        logger.warning("Leases cannot be renewed, trying again: %s", error)
        return []
