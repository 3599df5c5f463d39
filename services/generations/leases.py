"""The background task that renews the leases of this process and takes over expired ones."""

import asyncio
import logging
from contextlib import suppress

from services.channels import Channel
from services.generations.runner import GenerationRunner
from services.generations.store import RENEW_EVERY, LeaseStore, TakenOver
from storage.database_problems import log_outage
from storage.notifications import ANY_ID, NotificationHub

logger = logging.getLogger(__name__)


async def keep_leases(leases: LeaseStore, runner: GenerationRunner, hub: NotificationHub) -> None:
    """Renew and take over at intervals, and at once when another process releases its leases."""
    released = asyncio.Event()
    with hub.subscribe(Channel.GENERATION_FREE, ANY_ID, released.set):
        while True:
            released.clear()
            for taken in await renew_and_take_over(leases, runner):
                logger.warning("Taking over generation %s: its lease has expired", taken.id)
                runner.start_generation(*taken)
            with suppress(TimeoutError):
                async with asyncio.timeout(RENEW_EVERY):
                    await released.wait()


async def renew_and_take_over(leases: LeaseStore, runner: GenerationRunner) -> list[TakenOver]:
    """Renew the leases of this process; return the generations taken over from others."""
    with log_outage(logger.warning, "Leases cannot be renewed, trying again"):
        await leases.renew_leases(runner.running_ids)
        if not runner.is_closing:
            return await leases.take_over_expired()
    return []
