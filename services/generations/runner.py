"""Writes the generations of this process. Its tasks belong to the server, never to a request:
an answer goes on when everyone who watched it has left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import ExitStack, aclosing
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from tenacity import (
    AsyncRetrying,
    before_sleep_log,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from models import ErrorCode, GenerationStatus
from realtime.generation_watch import GenerationWatches
from services import unit_of_work
from services.ai.port import Assistant, AssistantError, AssistantRequest, Usage
from services.errors import NotFound
from services.generations import finish, leases, request_loader, token_log
from services.generations.finish import Failed, GenerationOutcome
from services.generations.job import GenerationJob
from services.generations.results import FinishedGeneration
from services.generations.token_log_writer import LeaseLost, PendingText, TokenLogWriter
from services.principal import Principal
from services.quotas import usage_ledger
from services.quotas.quotas import Quotas
from services.sessions import access
from storage.outages import is_outage, reraise_if_cancelled, retry_while_database_down
from storage.tenancy import Tenancy
from storage.transactions import Transaction

logger = logging.getLogger(__name__)

#: Calls to the assistant for one answer, and the pauses between them in seconds.
MAX_CALLS = 3
RETRY_WAIT = wait_random_exponential(multiplier=1, max=10)
#: Those that nobody but its writer gives an answer.
RUNNER_ONLY_STATUSES = (GenerationStatus.COMPLETED, GenerationStatus.FAILED)
STORE_FAILED = Failed(
    ErrorCode.INTERNAL, "Something went wrong while keeping this answer.", keeps_text=False
)
REQUEST_UNREADABLE = Failed(
    ErrorCode.INTERNAL, "Something went wrong while reading what this answer is about."
)


class GenerationRunner:
    def __init__(
        self,
        tenancy: Tenancy,
        assistant: Assistant,
        flusher: TokenLogWriter,
        watches: GenerationWatches,
        allowances: Quotas,
    ) -> None:
        self.id = uuid4()
        self.quotas = allowances
        self._tenancy = tenancy
        self._assistant = assistant
        self._flusher = flusher
        self._watches = watches
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        #: Also those that have lost their generation, and do not know it yet.
        self._writing: set[asyncio.Task[None]] = set()
        self._settling: set[asyncio.Task[None]] = set()
        #: By account, where one is being settled for.
        self._unsettled: dict[UUID, set[UUID]] = {}
        self.is_closing = False

    @property
    def has_model(self) -> bool:
        """Whether answers come from a model, which can go where no flow leads."""
        return self._assistant.name != "offline"

    @property
    def expected_usage(self) -> Usage:
        return self._assistant.expected_usage

    @property
    def running_ids(self) -> set[UUID]:
        return set(self._tasks)

    def start_generation(self, generation_id: UUID, account_id: UUID, attempt: int = 1) -> None:
        """Write a generation this process owns. One that is leaving lets go of it instead."""
        if self.is_closing:
            return
        task = asyncio.create_task(
            self._write(generation_id, account_id, attempt), name=f"generation {generation_id}"
        )
        self._tasks[generation_id] = task
        self._writing.add(task)
        known = ExitStack()
        if attempt == 1:
            known.enter_context(self._watches.owned_here(generation_id, account_id))
        task.add_done_callback(lambda done: self._forget(generation_id, done))
        task.add_done_callback(lambda _: known.close())

    def cancel_generation(self, generation_id: UUID) -> None:
        """Stop writing a generation that has ended otherwise. The provider's call is closed."""
        task = self._tasks.get(generation_id)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    async def close(self, grace: float) -> None:
        """Finish what finishes within `grace` seconds, and stop the rest."""
        self.is_closing = True
        tasks = set(self._writing)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*self._settling, return_exceptions=True)

    def _forget(self, generation_id: UUID, done: asyncio.Task[None]) -> None:
        self._writing.discard(done)
        if self._tasks.get(generation_id) is done:
            del self._tasks[generation_id]
        if not done.cancelled() and (error := done.exception()):
            logger.error("Writing generation %s broke", generation_id, exc_info=error)

    async def _write(self, generation_id: UUID, account_id: UUID, attempt: int) -> None:
        job = await self._load(generation_id, account_id, attempt)
        if job is None:
            return
        try:
            await self._stream_to_its_end(job)
        except (LeaseLost, NotFound):
            logger.info("Generation %s is no longer ours to write", generation_id)
        finally:
            self._flusher.discard(job.pending_text)
            await asyncio.shield(self._settling_of(self._settle_usage(job)))

    async def _stream_to_its_end(self, job: GenerationJob) -> None:
        ending = await self._stream(job)
        try:
            await self._end(job, ending)
        except (LeaseLost, NotFound):
            raise
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("Generation %s cannot be kept", job.generation_id)
            await self._end(job, STORE_FAILED)

    def settle_usage(self, account_id: UUID, ended: Collection[UUID]) -> None:
        """Count in the ledger what answers that have ended have cost. Nobody waits for it; those
        of an account that end meanwhile go together."""
        waiting = self._unsettled.get(account_id)
        if waiting is not None:
            waiting.update(ended)
            return
        self._unsettled[account_id] = set(ended)
        self._settling_of(self._settle(account_id))

    def _settling_of(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        settling = asyncio.create_task(work)
        self._settling.add(settling)
        settling.add_done_callback(self._settling.discard)
        return settling

    async def _settle(self, account_id: UUID) -> None:
        """In transactions of their own. What they do not come to is settled by the sweep."""
        try:
            while ended := self._unsettled[account_id]:
                self._unsettled[account_id] = set()
                settle = partial(usage_ledger.settle_reservations, generation_ids=ended)
                await self._book(account_id, settle, "The ledger is settled later")
        finally:
            del self._unsettled[account_id]

    async def _book(
        self, account_id: UUID, work: Callable[[Transaction], Awaitable[None]], otherwise: str
    ) -> None:
        """In a transaction that is let go, and that said, while the database is away."""
        try:
            async with self._tenancy.for_account(account_id).transaction() as db:
                await work(db)
        except Exception as error:
            if not is_outage(error):
                raise
            logger.warning("%s: %s", otherwise, error)

    @retry_while_database_down
    async def _load(
        self, generation_id: UUID, account_id: UUID, attempt: int
    ) -> GenerationJob | None:
        async with self._tenancy.for_account(account_id).read_transaction() as db:
            found = await request_loader.load_request_row(db, generation_id)
            if (
                found is None
                or (found.owner, found.attempt) != (self.id, attempt)
                or found.generation_status is not GenerationStatus.RUNNING
            ):
                return None
            # Where this is the first attempt, nothing can be there.
            so_far = (
                await token_log.load_written_text(db, generation_id)
                if attempt > 1
                else token_log.WrittenText()
            )
            return GenerationJob(
                generation_id=generation_id,
                session_id=found.id,
                principal=Principal(found.asker, account_id),
                kind=found.kind,
                request=await self._assigned(db, found, generation_id),
                pending_text=PendingText(generation_id, attempt, so_far.number),
                earlier_text=so_far.text,
            )

    async def _assigned(
        self, db: Transaction, found: Any, generation_id: UUID
    ) -> AssistantRequest | None:
        """None where what it is about cannot be read: whoever took it over would fare no better."""
        try:
            return await request_loader.build_assistant_request(db, found)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("What generation %s is about cannot be read", generation_id)
            return None

    async def _stream(self, job: GenerationJob) -> GenerationOutcome:
        """Let the assistant write; return how it ended, all text being in the log."""
        ending: GenerationOutcome
        try:
            if job.pending_text.attempt > leases.MAX_ATTEMPTS:
                return Failed(
                    ErrorCode.ASSISTANT_UNAVAILABLE,
                    f"Given up after {leases.MAX_ATTEMPTS} attempts. What was written is kept.",
                    retryable=True,
                )
            if job.request is None:
                return REQUEST_UNREADABLE
            async for attempt in retry_transient_errors():
                with attempt:
                    await self._ask(job, job.request)
            ending = job.completion_outcome()
        except AssistantError as error:
            logger.warning(
                "Generation %s: %s (%s)", job.generation_id, error, error.detail or error.code
            )
            ending = Failed(error.code, str(error), error.is_retryable)
        except LeaseLost:
            raise
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("The assistant broke in generation %s", job.generation_id)
            ending = Failed(ErrorCode.INTERNAL, "Something went wrong while writing this answer.")
        await self._flusher.wait_flushed(job.pending_text)
        return ending

    async def _ask(self, job: GenerationJob, assignment: AssistantRequest) -> None:
        """One call to the assistant."""
        asked = job.prepare_call(assignment)
        async with aclosing(self._assistant.stream_answer(asked)) as pieces:
            async for piece in pieces:
                if text := job.collect_chunk(piece):
                    self._flusher.add_text(job.pending_text, text)

    @retry_while_database_down
    async def _end(self, job: GenerationJob, ending: GenerationOutcome) -> None:
        with self._watches.finishing(job.generation_id):
            outcome = await self._keep(job, ending)
            job.mark_usage_recorded()
            self._watches.on_finished(outcome)

    async def _keep(self, job: GenerationJob, ending: GenerationOutcome) -> FinishedGeneration:
        async with unit_of_work.begin_unit_of_work(self._tenancy, job.principal, self) as unit:
            session = await access.lock_session(unit, job.session_id)
            generation = await finish.lock_running_generation(
                unit, job.generation_id, job.pending_text.attempt
            )
            if generation is None:
                await self._note_if_ended_here(unit.transaction, job)
                raise LeaseLost
            if job.usage is not None:
                finish.add_usage(unit, generation, job.usage)
            return await finish.finish_generation(unit, session, generation, ending, job.written)

    async def _note_if_ended_here(self, db: Transaction, job: GenerationJob) -> None:
        """Its commit may have come to pass without our being told."""
        row = await request_loader.load_attempt_state(db, job.generation_id)
        if row and row.attempt == job.pending_text.attempt and row.status in RUNNER_ONLY_STATUSES:
            job.mark_usage_recorded()

    async def _settle_usage(self, job: GenerationJob) -> None:
        """What a stopped answer has cost is owed all the same."""
        if job.usage is None:
            return
        otherwise = f"Usage of generation {job.generation_id} is not recorded"
        spend = partial(finish.record_late_usage, generation_id=job.generation_id, usage=job.usage)
        await self._book(job.principal.account_id, spend, otherwise)


def retry_transient_errors() -> AsyncRetrying:
    """Trouble of the provider that passes costs a viewer a pause, not the answer."""
    return AsyncRetrying(
        retry=retry_if_exception(lambda e: isinstance(e, AssistantError) and e.is_transient),
        stop=stop_after_attempt(MAX_CALLS),
        wait=RETRY_WAIT,
        before_sleep=before_sleep_log(logger, logging.WARNING),
        reraise=True,
    )
