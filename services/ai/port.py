"""The assistant's port: what it is asked, what it answers, how it fails. One vendor a module."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Protocol

from models import ErrorCode, GenerationKind, StatusUpdateAudience, StatusUpdateLength, StepType
from services.ai.session_snapshot import SessionSnapshot


@dataclass(frozen=True, slots=True)
class AssistantRequest:
    """One answer to write. `written` is what an earlier attempt wrote: go on right behind it."""

    kind: GenerationKind
    snapshot: SessionSnapshot
    audience: StatusUpdateAudience | None = None
    length: StatusUpdateLength | None = None
    written_text: str = ""


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
class StepOption:
    value: str
    label: str
    followup_hint: str | None = None


@dataclass(frozen=True, slots=True)
class StepDraft:
    """The next step of a guided session, as the assistant proposes it."""

    step_type: StepType
    content: str
    context_message: str | None = None
    options: tuple[StepOption, ...] = ()
    allow_free_text: bool = True
    allow_skip: bool = True
    expected_outcome: str | None = None
    confidence: float | None = None
    flow_node_id: str | None = None


@dataclass(frozen=True, slots=True)
class TextChunk:
    """The next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class UsageChunk:
    """What the call has cost so far; the last one stands. Sent early too, so that a cut
    answer is still accounted for."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class StepChunk:
    step: StepDraft


StreamChunk = TextChunk | UsageChunk | StepChunk


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """What a session is about, in a few words."""

    title: str
    summary: str
    domain: str | None
    usage: Usage = field(default_factory=Usage)


class Assistant(Protocol):
    """Writes answers. Safe to use from many tasks at once.

    `expected` is what an answer usually costs, at the upper end.
    """

    expected_usage: Usage

    name: ClassVar[str]

    def write(self, assignment: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        """Stream one answer; closing the generator ends the call to the provider.

        Raises AssistantError.
        """
        ...

    async def describe(self, case: SessionSnapshot) -> SessionDescription:
        """Name the problem after its first exchange. Raises AssistantError."""
        ...

    async def close(self) -> None: ...


class AssistantError(Exception):
    """The assistant could not answer. `is_retryable` says whether a user may try again, `is_transient`
    whether it is likely to within seconds, unasked."""

    code: ClassVar[ErrorCode] = ErrorCode.ASSISTANT_UNAVAILABLE
    is_retryable: ClassVar[bool] = True
    is_transient: ClassVar[bool] = False
    message: ClassVar[str] = "The assistant could not answer."

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(self.message)


class ProviderRateLimited(AssistantError):
    code = ErrorCode.RATE_LIMITED
    is_transient = True
    message = "The assistant's provider is limiting our requests. Try again in a moment."


class ProviderOverloaded(AssistantError):
    is_transient = True
    message = "The assistant's provider is overloaded. Try again in a moment."


class ProviderTimeout(AssistantError):
    is_transient = True
    message = "The assistant did not answer in time. Try again."


class ProviderDisconnected(AssistantError):
    is_transient = True
    message = "The connection to the assistant's provider was cut. Try again."


class ProviderAuthError(AssistantError):
    is_retryable = False
    message = "The assistant's provider refused our credentials. Tell your administrator."


class ProviderRejectedRequest(AssistantError):
    is_retryable = False
    message = "The assistant's provider could not process the request."


class ContentRefused(AssistantError):
    code = ErrorCode.ASSISTANT_REFUSED
    is_retryable = False
    message = "The assistant declined to answer this."


class OutputTruncated(AssistantError):
    code = ErrorCode.ANSWER_TOO_LONG
    message = "The answer reached its length limit and was cut off."
