"""The interface of the AI assistant: its request, its stream of chunks, its errors.

The rest of the product knows only this module; each vendor has a package of its own.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Protocol

from models import ErrorCode, GenerationKind, StatusUpdateAudience, StatusUpdateLength
from services.ai.session_snapshot import SessionSnapshot
from services.flows.flow_tree import StepDraft


@dataclass(frozen=True, slots=True)
class AssistantRequest:
    """A request for one answer. `written_text` is the text of an earlier, broken-off attempt: the
    new answer continues directly after its last character."""

    kind: GenerationKind
    snapshot: SessionSnapshot
    audience: StatusUpdateAudience | None = None
    length: StatusUpdateLength | None = None
    written_text: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and cost of one call to a model. `cost_usd` is None where the price is unknown."""

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
class TextChunk:
    """The next part of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class UsageChunk:
    """The usage of the call so far; the last one counts. The first is sent at the start of the
    answer, so that a cut answer is accounted for too."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class StepChunk:
    """The complete step, after its text."""

    step: StepDraft


StreamChunk = TextChunk | UsageChunk | StepChunk


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """Title, summary and domain of a session."""

    title: str
    summary: str
    domain: str | None
    usage: Usage = field(default_factory=Usage)


class Assistant(Protocol):
    """Writes answers. Safe for concurrent use by many tasks.

    `expected_usage` is the usual usage of an answer, at the upper end: quotas reserve it.
    """

    expected_usage: Usage

    name: ClassVar[str]

    def stream_answer(self, request: AssistantRequest) -> AsyncGenerator[StreamChunk, None]:
        """Stream one answer. Closing the generator closes the connection to the provider.

        Raises AssistantError.
        """
        ...

    async def describe_session(self, snapshot: SessionSnapshot) -> SessionDescription:
        """Write title, summary and domain from the first exchange. Raises AssistantError."""
        ...

    async def check_connection(self) -> None:
        """Ask the provider once, for as little as possible. Raises AssistantError."""
        ...

    async def close(self) -> None: ...


class AssistantError(Exception):
    """The assistant failed. `message` is shown to users, `detail` only logged.

    `is_retryable`: a user may try again with success. `is_transient`: the failure usually passes
    within seconds, so the server retries by itself.
    """

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
    message = "The AI provider's rate limit is reached. Try again in a moment."


class ProviderOverloaded(AssistantError):
    is_transient = True
    message = "The AI provider is overloaded. Try again in a moment."


class ProviderTimeout(AssistantError):
    is_transient = True
    message = "The AI provider did not answer in time. Try again."


class AnswerTimedOut(AssistantError):
    """The connection stayed open without an end. A second call would cost as much."""

    message = "The AI provider did not finish its answer in time. Try again."


class ProviderDisconnected(AssistantError):
    is_transient = True
    message = "The connection to the AI provider failed. Try again."


class ProviderUnreachable(AssistantError):
    """Nothing accepts the connection. It passes if the provider restarts."""

    is_transient = True
    message = "The AI provider cannot be reached. Try again, or contact your administrator."


class ProviderNotFound(AssistantError):
    """Something else than the Messages API answers at the provider's address."""

    is_retryable = False
    message = "The server's AI address is wrong. Contact your administrator."


class ProviderAuthError(AssistantError):
    is_retryable = False
    message = "The AI provider rejected the server's API key. Contact your administrator."


class ProviderRejectedRequest(AssistantError):
    is_retryable = False
    message = "The AI provider could not process the request."


class ContentRefused(AssistantError):
    code = ErrorCode.ASSISTANT_REFUSED
    is_retryable = False
    message = "The assistant declined to answer."


class OutputTruncated(AssistantError):
    code = ErrorCode.ANSWER_TOO_LONG
    message = "The answer reached its length limit and is incomplete."
