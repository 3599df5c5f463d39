"""Writes the generations of this process. Its tasks belong to the process, not to a request: a
generation continues when its last viewer leaves."""

import asyncio
import logging
from collections.abc import Collection
from contextlib import AbstractContextManager, ExitStack, aclosing
from typing import Any, Protocol
from uuid import UUID, uuid4

from tenacity import (
    before_sleep_log,
    retry,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from models import ErrorCode, GenerationStatus
from services import unit_of_work
from services.ai.port import Assistant, AssistantError, AssistantRequest, Usage
from services.errors import NotFound
from services.generations import finish, request_loader, store
from services.generations.finish import Failed, FinishedGeneration, GenerationOutcome
from services.generations.job import GenerationJob, UsageSettlement
from services.generations.store import MAX_ATTEMPTS
from services.generations.token_log.store import WrittenText, load_written_text
from services.generations.token_log.writer import LeaseLost, PendingText, TokenLogWriter
from services.principal import Principal
from services.quotas.quotas import Quotas
from services.sessions import access
from storage.outages import is_outage, reraise_if_cancelled, retry_while_database_down
from storage.transactions import Tenancy, Transaction

logger = logging.getLogger(__name__)

#: Calls to the assistant for one generation.
MAX_CALLS = 3
#: Only the process that writes a generation sets these.
RUNNER_ONLY_STATUSES = (GenerationStatus.COMPLETED, GenerationStatus.FAILED)
STORE_FAILED = Failed(
    ErrorCode.INTERNAL, "The answer could not be stored: internal error.", keeps_text=False
)
REQUEST_UNREADABLE = Failed(ErrorCode.INTERNAL, "The session could not be read: internal error.")
ASSISTANT_CRASHED = Failed(ErrorCode.INTERNAL, "The answer could not be written: internal error.")
ATTEMPTS_EXHAUSTED = Failed(
    ErrorCode.ASSISTANT_UNAVAILABLE,
    f"Stopped after {MAX_ATTEMPTS} attempts. The text so far is kept.",
    retryable=True,
)


#: A transient error of the provider costs a pause, not the generation.
retry_transient_errors = retry(
    retry=retry_if_exception(lambda e: isinstance(e, AssistantError) and e.is_transient),
    stop=stop_after_attempt(MAX_CALLS),
    wait=wait_random_exponential(multiplier=1, max=10),
    before_sleep=before_sleep_log(logger, logging.WARNING),
    reraise=True,
)


class GenerationObserver(Protocol):
    """Serves the viewers of this process from memory (docs/adr/0026)."""

    def owned_here(self, generation_id: UUID, account_id: UUID) -> AbstractContextManager[None]:
        """While the block runs, this process writes the generation from its start on."""

    def finishing(self, generation_id: UUID) -> AbstractContextManager[None]:
        """While the block runs, the end of the generation is being committed."""

    def on_finished(self, finished: FinishedGeneration) -> None: ...


class GenerationRunner:
    """Runs one task per generation: it streams the assistant's answer into the token log and
    stores the result."""

    def __init__(
        self,
        tenancy: Tenancy,
        assistant: Assistant,
        token_log_writer: TokenLogWriter,
        observer: GenerationObserver,
        quotas: Quotas,
    ) -> None:
        self.id = uuid4()
        self.quotas = quotas
        self._tenancy = tenancy
        self._assistant = assistant
        self._token_log_writer = token_log_writer
        self._observer = observer
        self._settlement = UsageSettlement(tenancy)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        #: Includes tasks that have lost their lease and do not know it yet.
        self._unfinished_tasks: set[asyncio.Task[None]] = set()
        self.is_closing = False

    @property
    def has_model(self) -> bool:
        """Whether a model writes the answers, which can continue where no flow leads."""
        return self._assistant.name != "offline"

    @property
    def expected_usage(self) -> Usage:
        return self._assistant.expected_usage

    @property
    def running_ids(self) -> set[UUID]:
        return set(self._tasks)

    def start_generation(self, generation_id: UUID, account_id: UUID, attempt: int = 1) -> None:
        """Write a generation whose lease this process holds. While the process shuts down, the
        lease is left to expire instead."""
        if self.is_closing:
            return
        task = asyncio.create_task(
            self._run_generation(generation_id, account_id, attempt),
            name=f"generation {generation_id}",
        )
        self._tasks[generation_id] = task
        self._unfinished_tasks.add(task)
        observed = ExitStack()
        if attempt == 1:
            observed.enter_context(self._observer.owned_here(generation_id, account_id))
        task.add_done_callback(lambda done: self._on_task_done(generation_id, done))
        task.add_done_callback(lambda _: observed.close())

    def cancel_generation(self, generation_id: UUID) -> None:
        """Stop writing a generation that something else has ended; closes the provider's stream."""
        task = self._tasks.get(generation_id)
        if task is not None and task is not asyncio.current_task():
            task.cancel()

    def settle_usage(self, account_id: UUID, ended: Collection[UUID]) -> None:
        self._settlement.settle(account_id, ended)

    async def close(self, grace: float) -> None:
        """Wait up to `grace` seconds for running generations, then cancel the others."""
        self.is_closing = True
        tasks = set(self._unfinished_tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._settlement.wait_all()

    def _on_task_done(self, generation_id: UUID, done: asyncio.Task[None]) -> None:
        self._unfinished_tasks.discard(done)
        if self._tasks.get(generation_id) is done:
            del self._tasks[generation_id]
        if not done.cancelled() and (error := done.exception()):
            logger.error("Generation %s failed unexpectedly", generation_id, exc_info=error)

    async def _run_generation(self, generation_id: UUID, account_id: UUID, attempt: int) -> None:
        job = await self._load_job(generation_id, account_id, attempt)
        if job is None:
            return
        try:
            await self._stream_and_finish(job)
        except (LeaseLost, NotFound):
            logger.info("The lease on generation %s is lost", generation_id)
        finally:
            self._token_log_writer.discard(job.pending_text)
            await self._settlement.record_late_usage(job)

    async def _stream_and_finish(self, job: GenerationJob) -> None:
        outcome = await self._stream_answer(job)
        try:
            await self._finish(job, outcome)
        except (LeaseLost, NotFound):
            raise
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception("The result of generation %s cannot be stored", job.generation_id)
            await self._finish(job, STORE_FAILED)

    @retry_while_database_down
    async def _load_job(
        self, generation_id: UUID, account_id: UUID, attempt: int
    ) -> GenerationJob | None:
        """None if the lease has passed to another process, or the generation has ended."""
        async with self._tenancy.for_account(account_id).read_transaction() as db:
            row = await db.fetch_row(store.REQUEST, id=generation_id)
            if (
                row is None
                or (row.owner, row.attempt) != (self.id, attempt)
                or row.generation_status is not GenerationStatus.RUNNING
            ):
                return None
            # The log of a first attempt is empty.
            written = await load_written_text(db, generation_id) if attempt > 1 else WrittenText()
            return GenerationJob(
                generation_id=generation_id,
                session_id=row.id,
                principal=Principal(row.requesting_user_id, account_id),
                kind=row.kind,
                request=await self._build_request(db, row, generation_id),
                pending_text=PendingText(account_id, generation_id, attempt, written.number),
                earlier_text=written.text,
            )

    async def _build_request(
        self, db: Transaction, row: Any, generation_id: UUID
    ) -> AssistantRequest | None:
        """None if the input cannot be read: another process could not read it either."""
        try:
            return await request_loader.build_assistant_request(db, row)
        except Exception as error:
            if is_outage(error):
                raise
            logger.exception("The input of generation %s cannot be read", generation_id)
            return None

    async def _stream_answer(self, job: GenerationJob) -> GenerationOutcome:
        """Stream the answer into the token log; return how it ended, with all text in the log."""
        outcome: GenerationOutcome
        if job.pending_text.attempt > MAX_ATTEMPTS:
            return ATTEMPTS_EXHAUSTED
        if job.request is None:
            return REQUEST_UNREADABLE
        try:
            await self._call_assistant(job, job.request)
            outcome = job.completion_outcome()
        except AssistantError as error:
            logger.warning(
                "Generation %s: %s (%s)", job.generation_id, error, error.detail or error.code
            )
            outcome = Failed(error.code, str(error), error.is_retryable)
        except LeaseLost:
            raise
        except Exception as error:
            reraise_if_cancelled(error)
            logger.exception(
                "The assistant failed unexpectedly in generation %s", job.generation_id
            )
            outcome = ASSISTANT_CRASHED
        await self._token_log_writer.wait_flushed(job.pending_text)
        return outcome

    @retry_transient_errors
    async def _call_assistant(self, job: GenerationJob, request: AssistantRequest) -> None:
        async with aclosing(self._assistant.stream_answer(job.prepare_call(request))) as chunks:
            async for chunk in chunks:
                if text := job.collect_chunk(chunk):
                    self._token_log_writer.add_text(job.pending_text, text)

    @retry_while_database_down
    async def _finish(self, job: GenerationJob, outcome: GenerationOutcome) -> None:
        with self._observer.finishing(job.generation_id):
            finished = await self._commit_outcome(job, outcome)
            job.mark_usage_recorded()
            self._observer.on_finished(finished)

    async def _commit_outcome(
        self, job: GenerationJob, outcome: GenerationOutcome
    ) -> FinishedGeneration:
        async with unit_of_work.begin_unit_of_work(self._tenancy, job.principal, self) as work:
            session = await access.lock_session(work, job.session_id)
            generation = await store.lock_unfinished(work.transaction, job.generation_id)
            if generation is None or generation.attempt != job.pending_text.attempt:
                await self._check_own_commit(work.transaction, job)
                raise LeaseLost
            if job.usage is not None:
                finish.add_usage(work, generation, job.usage)
            return await finish.finish_generation(work, session, generation, outcome, job.written)

    async def _check_own_commit(self, db: Transaction, job: GenerationJob) -> None:
        """After a commit of unknown outcome, the retry finds the generation ended by this job."""
        row = await db.fetch_row(store.ATTEMPT_STATE, id=job.generation_id)
        if row and row.attempt == job.pending_text.attempt and row.status in RUNNER_ONLY_STATUSES:
            job.mark_usage_recorded()
