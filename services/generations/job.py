"""The state of one generation in the process that writes it."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from models import ErrorCode, GenerationKind
from services.ai.port import AssistantRequest, StepChunk, StreamChunk, TextChunk, Usage, UsageChunk
from services.flows.flow_tree import StepDraft
from services.generations.outcomes import Completed, Failed
from services.generations.token_log.store import WrittenText
from services.generations.token_log.writer import PendingText
from services.input_validation import replace_unstorable
from services.principal import Principal


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
        return replace(request, written_text=self.earlier_text)

    def collect_chunk(self, chunk: StreamChunk) -> str:
        """Add a chunk of the assistant's stream; return its text as it can be stored."""
        match chunk:
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
        """The cost is on the generation's row: do not record it again."""
        self.earlier_usage = self.call_usage = None

    def completion_outcome(self) -> Completed | Failed:
        """The outcome when the assistant's stream has ended without an error."""
        if self.kind is GenerationKind.GUIDED_STEP and self.step is None:
            return Failed(
                ErrorCode.ASSISTANT_UNAVAILABLE, "The assistant gave no next step.", retryable=True
            )
        return Completed(self.step)
