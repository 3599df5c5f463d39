"""Records the cost of generations in the background, in transactions of their own."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from functools import partial
from uuid import UUID

from services.generations import finish
from services.generations.job import GenerationJob
from services.quotas import usage_ledger
from storage.outages import is_outage
from storage.transactions import Tenancy, Transaction

logger = logging.getLogger(__name__)


class UsageSettlement:
    """Settles the ledger of each account in one transaction at a time: generations that end in the
    meantime are settled together in the next one. During a database outage a settlement is
    skipped; the retention sweep makes up for it."""

    def __init__(self, tenancy: Tenancy) -> None:
        self._tenancy = tenancy
        self._tasks: set[asyncio.Task[None]] = set()
        #: Generations to settle, for each account that is being settled.
        self._unsettled: dict[UUID, set[UUID]] = {}

    def settle(self, account_id: UUID, ended: Collection[UUID]) -> None:
        """Replace the reserved cost of ended generations by their real cost, in the background."""
        waiting = self._unsettled.get(account_id)
        if waiting is not None:
            waiting.update(ended)
            return
        self._unsettled[account_id] = set(ended)
        self._start_task(self._settle_account(account_id))

    async def record_late_usage(self, job: GenerationJob) -> None:
        """Record the cost of a generation that did not end here. Cancelling the caller does not
        cancel this."""
        if job.usage is not None:
            await asyncio.shield(self._start_task(self._record_usage(job)))

    async def wait_all(self) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start_task(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _settle_account(self, account_id: UUID) -> None:
        try:
            while ended := self._unsettled[account_id]:
                self._unsettled[account_id] = set()
                settle = partial(usage_ledger.settle_reservations, generation_ids=ended)
                await self._run_unless_outage(account_id, settle, "The ledger is settled later")
        finally:
            del self._unsettled[account_id]

    async def _record_usage(self, job: GenerationJob) -> None:
        assert job.usage is not None
        record = partial(finish.record_late_usage, generation_id=job.generation_id, usage=job.usage)
        message = f"Usage of generation {job.generation_id} is not recorded"
        await self._run_unless_outage(job.principal.account_id, record, message)

    async def _run_unless_outage(
        self, account_id: UUID, work: Callable[[Transaction], Awaitable[None]], message: str
    ) -> None:
        try:
            async with self._tenancy.for_account(account_id).transaction() as db:
                await work(db)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("%s: %s", message, error)
