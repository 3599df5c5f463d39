"""Writes the entries of the search index anew that an older version of the word analysis has made.

It runs in the background, in small transactions, and pauses as long as it works. It can be stopped
at any time: an entry says which version has made it. Until then a session is found by the words
that the old entry has. Several processes share the work.
"""

import asyncio
import logging
import time
from uuid import UUID

from services.text_search import store
from services.text_search.index_entry import collect_lexemes, format_lexemes, format_weighted
from storage.database_problems import log_outage
from storage.transactions import Tenancy, TenantDatabase

logger = logging.getLogger(__name__)

#: A message to one of these sessions waits until their entries are written.
ENTRIES_AT_ONCE = 20
#: A process of an older version may still write entries.
INTERVAL_SECONDS = 600.0
FIRST_ACCOUNT = UUID(int=0)


async def run_reindexing(tenancy: Tenancy) -> None:
    while True:
        with log_outage(logger.info, "Reindexing waits while the database is down"):
            await reindex_sessions(tenancy)
        await asyncio.sleep(INTERVAL_SECONDS)


async def reindex_sessions(tenancy: Tenancy, *, pauses: bool = True) -> int:
    """Write all outdated entries anew; returns how many."""
    began, total, account = time.monotonic(), 0, FIRST_ACCOUNT
    while True:
        async with tenancy.system.transaction() as db:
            found = await store.find_outdated_account(db, account)
        if found is None:
            break
        account = found
        while True:
            started = time.monotonic()
            written = await reindex_some(tenancy.for_account(account))
            if not written:
                break
            total += written
            if pauses:
                await asyncio.sleep(time.monotonic() - started)
    if total:
        logger.info(
            "Indexed %d sessions anew for the search in %.0f s", total, time.monotonic() - began
        )
    return total


async def reindex_some(database: TenantDatabase) -> int:
    """Write some entries of an account anew, in one transaction; returns how many.

    The entries are locked before the texts are read: what is said meanwhile waits, and is added.
    """
    async with database.transaction() as db:
        ids = await store.lock_outdated_entries(db, ENTRIES_AT_ONCE)
        if not ids:
            return 0
        texts = await store.load_indexed_texts(db, ids)
        entries = {
            id: (format_lexemes(await collect_lexemes(of_session)), format_weighted(weighted))
            for id, (weighted, of_session) in texts.items()
        }
        await store.replace_entries(db, entries)
    return len(ids)
