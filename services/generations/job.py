"""One generation as the process that writes it holds it."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from models import ErrorCode, GenerationKind
from services.ai.port import (
    AssistantRequest,
    StepChunk,
    StepDraft,
    StreamChunk,
    TextChunk,
    Usage,
    UsageChunk,
)
from services.generations.finish import Completed, Failed
from services.generations.token_log import WrittenText
from services.generations.token_log_writer import PendingText
from services.principal import Principal
from services.text_validation import replace_unstorable


@dataclass(slots=True)
class GenerationJob:
    generation_id: UUID
    session_id: UUID
    principal: Principal
    kind: GenerationKind
    #: None where what the answer is about cannot be read.
    request: AssistantRequest | None
    pending_text: PendingText
    #: What was written before the running call.
    earlier_text: str = ""
    #: What ended calls to the assistant have cost, and what the running one has so far.
    earlier_usage: Usage | None = None
    call_usage: Usage | None = None
    step: StepDraft | None = None
    #: What the running call has given.
    call_texts: list[str] = field(default_factory=list)

    @property
    def usage(self) -> Usage | None:
        if self.earlier_usage is None or self.call_usage is None:
            return self.earlier_usage or self.call_usage
        return self.earlier_usage + self.call_usage

    @property
    def written(self) -> WrittenText:
        """What is in the log, once all of it has settled there."""
        return WrittenText(
            self.pending_text.last_number, "".join([self.earlier_text, *self.call_texts])
        )

    def prepare_call(self, assignment: AssistantRequest) -> AssistantRequest:
        """What to ask for: the rest, behind a call that has broken off, if there was one."""
        self.earlier_usage, self.call_usage = self.usage, None
        self.earlier_text = self.written.text
        self.call_texts.clear()
        return replace(assignment, written_text=self.earlier_text)

    def collect_chunk(self, piece: StreamChunk) -> str:
        """Note what the assistant gave; return the text in it, as it can be kept."""
        match piece:
            case TextChunk(text):
                text = replace_unstorable(text)
                self.call_texts.append(text)
                return text
            case UsageChunk(usage):
                self.call_usage = usage
            case StepChunk(step):
                self.step = step
        return ""

    def mark_usage_recorded(self) -> None:
        """The cost is on the generation's row."""
        self.earlier_usage = self.call_usage = None

    def completion_outcome(self) -> Completed | Failed:
        if self.kind is GenerationKind.GUIDED_STEP and self.step is None:
            return Failed(
                ErrorCode.ASSISTANT_UNAVAILABLE, "The assistant gave no next step.", retryable=True
            )
        return Completed(self.step)
