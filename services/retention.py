"""Deletes what was only kept for a while: the token log of answers that have ended, whose text is
in their message, step or document; the keys of requests that nobody will send again; and rates
that count nothing any more. Settles what a crash has left open in the ledger."""

import asyncio
import logging
from datetime import timedelta

from services.idempotency import KEPT_FOR as KEYS_KEPT_FOR
from services.quotas import usage_ledger
from storage.outages import is_outage
from storage.statements import Statement
from storage.tenancy import Tenancy, TenantDatabase
from storage.transactions import Transaction

logger = logging.getLogger(__name__)

#: Longer than any viewer that means to come back stays away. One that comes later is given the
#: finished answer instead of the rest of it.
LOG_KEPT_FOR = timedelta(minutes=10)
LOOK_EVERY = 60.0

#: Begins with the log, which holds the last minutes, and not with all there ever was.
DELETE_LOG = Statement(
    "DELETE FROM generation_deltas d USING generations g"
    " WHERE g.id = d.generation_id AND g.finished_at < now() - CAST(:kept_for AS interval)"
)
DELETE_KEYS = Statement(
    "DELETE FROM idempotency_keys WHERE created_at < now() - CAST(:kept_for AS interval)"
)
#: Whoever has a whole minute's allowance again is like one who was never here.
DELETE_RATES = Statement(
    "DELETE FROM rates WHERE (subject_id, kind) IN (SELECT subject_id, kind FROM rates"
    " WHERE full_at < now() FOR UPDATE SKIP LOCKED)"
)
#: Whoever comes back to a dashboard within this time is told which sessions have gone.
DELETED_KEPT_FOR = timedelta(days=7)
FORGET_DELETED = Statement(
    "DELETE FROM deleted_sessions WHERE deleted_at < now() - CAST(:kept_for AS interval)"
)
#: One row for many, where an account has many: a dashboard adds up what it finds.
SUM_TALLIES = Statement(
    """
    WITH many AS (
        SELECT account_id FROM session_tallies GROUP BY account_id HAVING count(*) > 50
    ), taken AS (
        DELETE FROM session_tallies t USING many WHERE t.account_id = many.account_id
        RETURNING t.account_id, t.status, t.session_type, t.sessions
    )
    INSERT INTO session_tallies (account_id, status, session_type, sessions)
    SELECT account_id, status, session_type, sum(sessions) FROM taken
    GROUP BY account_id, status, session_type HAVING sum(sessions) <> 0
    """
)


async def run_retention(tenancy: Tenancy) -> None:
    while True:
        try:
            await delete_expired(tenancy.system)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.info("Nothing can be deleted at the moment: %s", error)
        await asyncio.sleep(LOOK_EVERY)


async def delete_expired(keeper: TenantDatabase) -> None:
    """Each in a transaction of its own: none holds rows while another goes on."""
    for work in (
        delete_log,
        delete_keys,
        delete_rates,
        forget_deleted_sessions,
        sum_tallies,
        usage_ledger.settle_leftover_reservations,
    ):
        async with keeper.transaction() as db:
            await work(db)


async def delete_log(db: Transaction) -> None:
    await db.execute(DELETE_LOG, kept_for=LOG_KEPT_FOR)


async def delete_keys(db: Transaction) -> None:
    await db.execute(DELETE_KEYS, kept_for=KEYS_KEPT_FOR)


async def delete_rates(db: Transaction) -> None:
    await db.execute(DELETE_RATES)


async def forget_deleted_sessions(db: Transaction) -> None:
    await db.execute(FORGET_DELETED, kept_for=DELETED_KEPT_FOR)


async def sum_tallies(db: Transaction) -> None:
    await db.execute(SUM_TALLIES)
