"""The assistant's port: what it is asked, what it answers, how it fails. One vendor a module."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Protocol

from models import ErrorCode, GenerationKind, StatusUpdateAudience, StatusUpdateLength, StepType
from services.ai.case import Case


@dataclass(frozen=True, slots=True)
class Assignment:
    """One answer to write. `written` is what an earlier attempt wrote: go on right behind it."""

    kind: GenerationKind
    case: Case
    audience: StatusUpdateAudience | None = None
    length: StatusUpdateLength | None = None
    written: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money one call cost; `cost_usd` is None where the price is not known."""

    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost_usd: Decimal | None = None

    def __add__(self, other: "Usage") -> "Usage":
        known = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            model=other.model or self.model,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
            cost_usd=sum(known, Decimal()) if known else None,
        )


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    followup_hint: str | None = None


@dataclass(frozen=True, slots=True)
class StepDraft:
    """The next step of a guided session, as the assistant proposes it."""

    step_type: StepType
    content: str
    context_message: str | None = None
    options: tuple[Option, ...] = ()
    allow_free_text: bool = True
    allow_skip: bool = True
    expected_outcome: str | None = None
    confidence: float | None = None
    flow_node_id: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the call has cost so far; the last one stands. Sent early too, so that a cut
    answer is still accounted for."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class StepWritten:
    step: StepDraft


Piece = Text | Spent | StepWritten


@dataclass(frozen=True, slots=True)
class Description:
    """What a session is about, in a few words."""

    title: str
    summary: str
    domain: str | None
    usage: Usage = field(default_factory=Usage)


class Assistant(Protocol):
    """Writes answers. Safe to use from many tasks at once.

    `expected` is what an answer usually costs, at the upper end.
    """

    expected: Usage

    name: ClassVar[str]

    def write(self, assignment: Assignment) -> AsyncGenerator[Piece, None]:
        """Stream one answer; closing the generator ends the call to the provider.

        Raises AssistantError.
        """
        ...

    async def describe(self, case: Case) -> Description:
        """Name the problem after its first exchange. Raises AssistantError."""
        ...

    async def close(self) -> None: ...


class AssistantError(Exception):
    """The assistant could not answer. `retryable` says whether asking again may help, `passes`
    whether it is likely to within seconds, unasked."""

    code: ClassVar[ErrorCode] = ErrorCode.ASSISTANT_UNAVAILABLE
    retryable: ClassVar[bool] = True
    passes: ClassVar[bool] = False
    message: ClassVar[str] = "The assistant could not answer."

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(self.message)


class RateLimited(AssistantError):
    code = ErrorCode.RATE_LIMITED
    passes = True
    message = "The assistant's provider is limiting our requests. Try again in a moment."


class Overloaded(AssistantError):
    passes = True
    message = "The assistant's provider is overloaded. Try again in a moment."


class TimedOut(AssistantError):
    passes = True
    message = "The assistant did not answer in time. Try again."


class Disconnected(AssistantError):
    passes = True
    message = "The connection to the assistant's provider was cut. Try again."


class BadKey(AssistantError):
    retryable = False
    message = "The assistant's provider refused our credentials. Tell your administrator."


class Rejected(AssistantError):
    retryable = False
    message = "The assistant's provider could not process the request."


class Refused(AssistantError):
    code = ErrorCode.ASSISTANT_REFUSED
    retryable = False
    message = "The assistant declined to answer this."


class CutOff(AssistantError):
    code = ErrorCode.ANSWER_TOO_LONG
    message = "The answer reached its length limit and was cut off."
