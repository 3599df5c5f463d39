"""Keeps this process's leases and takes over generations whose process has gone."""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncEngine

from services.faults import is_outage
from services.generations import leases
from services.generations.writer import Writer

logger = logging.getLogger(__name__)


async def keep_leases(engine: AsyncEngine, writer: Writer) -> None:
    while True:
        try:
            async with engine.begin() as db:
                await leases.renew(db, writer.id, writer.running)
            async with engine.begin() as db:
                taken = await leases.take_over(db, writer.id)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("Leases cannot be renewed, trying again: %s", error)
            taken = []
        for generation_id in taken:
            logger.warning("Taking over generation %s from a process that has gone", generation_id)
            writer.launch(generation_id)
        await asyncio.sleep(leases.RENEW_EVERY)
