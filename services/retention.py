"""Deletes expired rows once a minute, and settles reservations that a crash has left."""

import asyncio
import logging

from services import store
from services.generations.token_log import store as token_log
from services.quotas import store as quotas
from services.quotas import usage_ledger
from services.sessions import store as sessions
from storage.database_problems import log_outage
from storage.transactions import Tenancy, TenantDatabase

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60.0


async def run_retention(tenancy: Tenancy) -> None:
    while True:
        with log_outage(logger.info, "Retention is skipped while the database is down"):
            await delete_expired(tenancy.system)
        await asyncio.sleep(INTERVAL_SECONDS)


async def delete_expired(database: TenantDatabase) -> None:
    """Run each task in its own transaction, so that none holds locks during another."""
    for task in (
        token_log.delete_expired_logs,
        store.delete_expired_keys,
        quotas.delete_full_rates,
        sessions.delete_expired_tombstones,
        sessions.merge_session_counts,
        usage_ledger.settle_leftover_reservations,
    ):
        async with database.transaction() as db:
            await task(db)
