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
from services.generations.token_log import SoFar
from services.generations.token_log_writer import Draft
from services.principal import Principal
from services.text_validation import storable


@dataclass(slots=True)
class Job:
    generation_id: UUID
    session_id: UUID
    principal: Principal
    kind: GenerationKind
    #: None where what the answer is about cannot be read.
    assignment: AssistantRequest | None
    draft: Draft
    #: What was written before the running call.
    before: str = ""
    #: What ended calls to the assistant have cost, and what the running one has so far.
    spent: Usage | None = None
    spending: Usage | None = None
    step: StepDraft | None = None
    #: What the running call has given.
    texts: list[str] = field(default_factory=list)

    @property
    def usage(self) -> Usage | None:
        if self.spent is None or self.spending is None:
            return self.spent or self.spending
        return self.spent + self.spending

    @property
    def written(self) -> SoFar:
        """What is in the log, once all of it has settled there."""
        return SoFar(self.draft.last_number, "".join([self.before, *self.texts]))

    def begin_call(self, assignment: AssistantRequest) -> AssistantRequest:
        """What to ask for: the rest, behind a call that has broken off, if there was one."""
        self.spent, self.spending = self.usage, None
        self.before = self.written.text
        self.texts.clear()
        return replace(assignment, written_text=self.before)

    def take(self, piece: StreamChunk) -> str:
        """Note what the assistant gave; return the text in it, as it can be kept."""
        match piece:
            case TextChunk(text):
                text = storable(text)
                self.texts.append(text)
                return text
            case UsageChunk(usage):
                self.spending = usage
            case StepChunk(step):
                self.step = step
        return ""

    def settle(self) -> None:
        """The cost is on the generation's row."""
        self.spent = self.spending = None

    def finished(self) -> Completed | Failed:
        if self.kind is GenerationKind.GUIDED_STEP and self.step is None:
            return Failed(
                ErrorCode.ASSISTANT_UNAVAILABLE, "The assistant gave no next step.", retryable=True
            )
        return Completed(self.step)
