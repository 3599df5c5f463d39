"""The state of one generation in the process that writes it, and the settlement of its cost.

Costs are recorded in the background, in transactions of their own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from models import ErrorCode, GenerationKind
from services.ai.port import (
    AssistantRequest,
    OutputTruncated,
    StepChunk,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.flows.flow_tree import StepDraft
from services.generations import finish
from services.generations.finish import Completed, Failed
from services.generations.token_log.store import WrittenText
from services.generations.token_log.writer import PendingText
from services.input_validation import is_blank, replace_unstorable
from services.limits import GENERATED_CHARS
from services.principal import Principal
from services.quotas import usage_ledger
from storage.database_problems import log_outage
from storage.transactions import Tenancy, Transaction


@dataclass(slots=True)
class GenerationJob:
    """One generation: its input, the text and the cost so far, over all calls to the assistant."""

    generation_id: UUID
    session_id: UUID
    principal: Principal
    kind: GenerationKind
    #: None if the input cannot be read.
    request: AssistantRequest | None
    pending_text: PendingText
    #: The text before the current call.
    earlier_text: str = ""
    #: The cost of earlier calls, and of the current call so far.
    earlier_usage: Usage | None = None
    call_usage: Usage | None = None
    step: StepDraft | None = None
    #: The text of the current call.
    call_texts: list[str] = field(default_factory=list)
    #: Characters of all calls.
    text_length: int = 0

    @property
    def usage(self) -> Usage | None:
        if self.earlier_usage is None or self.call_usage is None:
            return self.earlier_usage or self.call_usage
        return self.earlier_usage + self.call_usage

    @property
    def written(self) -> WrittenText:
        """The text in the log, once all pending text is flushed."""
        return WrittenText(
            self.pending_text.last_number, "".join([self.earlier_text, *self.call_texts])
        )

    def prepare_call(self, request: AssistantRequest) -> AssistantRequest:
        """Begin a call: it continues behind the text of earlier calls."""
        self.earlier_usage, self.call_usage = self.usage, None
        self.earlier_text = self.written.text
        self.call_texts.clear()
        self.text_length = len(self.earlier_text)
        return replace(request, written_text=self.earlier_text)

    def collect_chunk(self, chunk: StreamChunk) -> str:
        """Add a chunk of the assistant's stream; return its text as it can be stored.

        Raises OutputTruncated.
        """
        match chunk:
            case TextChunk(text):
                return self._collect_text(replace_unstorable(text))
            case UsageChunk(usage):
                self.call_usage = usage
            case StepChunk(step):
                self.step = step
        return ""

    def _collect_text(self, text: str) -> str:
        """Tokens say little about characters: the provider does not bound the text."""
        self.text_length += len(text)
        if self.text_length > GENERATED_CHARS:
            raise OutputTruncated(f"more than {GENERATED_CHARS:,} characters")
        self.call_texts.append(text)
        return text

    def mark_usage_recorded(self) -> None:
        """The cost is on the generation's row: do not record it again."""
        self.earlier_usage = self.call_usage = None

    def completion_outcome(self) -> Completed | Failed:
        """The outcome when the assistant's stream has ended without an error."""
        if self.kind is GenerationKind.GUIDED_STEP and self.step is None:
            return Failed(
                ErrorCode.ASSISTANT_UNAVAILABLE, "The assistant gave no next step.", retryable=True
            )
        if is_blank(self.written.text):
            # Thinking without an answer, for one.
            return Failed(
                ErrorCode.ASSISTANT_UNAVAILABLE,
                "The assistant gave an empty answer. Ask again.",
                retryable=True,
            )
        return Completed(self.step)


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
                settle = partial(
                    usage_ledger.settle_reservations, account_id=account_id, generation_ids=ended
                )
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
        with log_outage(logger.warning, message):
            async with self._tenancy.for_account(account_id).transaction() as db:
                await work(db)
