"""Keeps this process's leases and takes over generations whose process has gone."""

import asyncio
import logging
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncEngine

from services.generations import leases
from services.generations.leases import TakenOver
from services.generations.runner import GenerationRunner
from storage.connections import driver_connection
from storage.notifications import ANY_ID, Channel, NotificationHub
from storage.outages import is_outage

logger = logging.getLogger(__name__)


async def keep_leases(
    engine: AsyncEngine, writer: GenerationRunner, switchboard: NotificationHub
) -> None:
    """Look after leases now and then, and at once when a process lets go of its own."""
    freed = asyncio.Event()
    with switchboard.subscribe(Channel.GENERATION_FREE, ANY_ID, freed.set):
        while True:
            freed.clear()
            for taken in await renew_and_take_over(engine, writer):
                logger.warning("Taking over generation %s, left by another process", taken.id)
                writer.start_generation(*taken)
            with suppress(TimeoutError):
                async with asyncio.timeout(leases.RENEW_EVERY):
                    await freed.wait()


async def renew_and_take_over(engine: AsyncEngine, writer: GenerationRunner) -> list[TakenOver]:
    """Renew what is ours; return what has become ours."""
    try:
        async with driver_connection(engine) as driver:
            await leases.renew(driver, writer.id, writer.running_ids)
            return [] if writer.is_closing else await leases.take_over(driver, writer.id)
    except Exception as error:
        if not is_outage(error):
            raise
        logger.warning("Leases cannot be renewed, trying again: %s", error)
        return []
