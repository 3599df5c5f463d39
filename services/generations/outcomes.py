"""How a generation can end, and what is known of one that has just ended."""

from dataclasses import dataclass

import models
from models import ErrorCode, GenerationStatus
from services.chat.store import Message
from services.flows.flow_tree import StepDraft


@dataclass(frozen=True, slots=True)
class Completed:
    """The assistant has finished; `step` is set for a guided step."""

    step: StepDraft | None = None

    status = GenerationStatus.COMPLETED


@dataclass(frozen=True, slots=True)
class Failed:
    """`reason` is the sentence that viewers read."""

    code: ErrorCode
    reason: str
    retryable: bool = False
    #: False where storing the text is what failed.
    keeps_text: bool = True

    status = GenerationStatus.FAILED


@dataclass(frozen=True, slots=True)
class Cancelled:
    """`reason` is the sentence that viewers read."""

    reason: str

    status = GenerationStatus.CANCELLED


GenerationOutcome = Completed | Failed | Cancelled


@dataclass(frozen=True, slots=True)
class FinishedGeneration:
    """A generation that has just ended and the message it has become, as committed."""

    generation: models.Generation
    message: Message | None = None
