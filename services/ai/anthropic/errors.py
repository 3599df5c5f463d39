"""The SDK's failures as ours. Nothing of the SDK's exceptions goes further than here."""

from collections.abc import Iterator
from contextlib import contextmanager

import anthropic
import httpx2

from services.ai.port import (
    AssistantError,
    ContentRefused,
    OutputTruncated,
    ProviderAuthError,
    ProviderDisconnected,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderRejectedRequest,
    ProviderTimeout,
)
from services.ai.redact import redact

#: By the provider's own word. An error in mid-stream has no other: its status is still 200.
BY_TYPE: dict[str, type[AssistantError]] = {
    "overloaded_error": ProviderOverloaded,
    "rate_limit_error": ProviderRateLimited,
    "timeout_error": ProviderTimeout,
    "authentication_error": ProviderAuthError,
    "permission_error": ProviderAuthError,
    "billing_error": ProviderAuthError,
    "invalid_request_error": ProviderRejectedRequest,
    "not_found_error": ProviderRejectedRequest,
    "api_error": AssistantError,
}

#: For what stands between us and the provider, which may know nothing of its words.
BY_STATUS: dict[int, type[AssistantError]] = {
    401: ProviderAuthError,
    402: ProviderAuthError,
    403: ProviderAuthError,
    408: ProviderTimeout,
    409: AssistantError,
    429: ProviderRateLimited,
    503: ProviderOverloaded,
    504: ProviderTimeout,
    529: ProviderOverloaded,
}

#: In the order they are tried: a timeout is a connection error too.
BY_CLASS: tuple[tuple[type[Exception], type[AssistantError]], ...] = (
    (anthropic.APITimeoutError, ProviderTimeout),
    (httpx2.TimeoutException, ProviderTimeout),
    (TimeoutError, ProviderTimeout),
    (anthropic.APIConnectionError, ProviderDisconnected),
    (httpx2.HTTPError, ProviderDisconnected),
    (httpx2.StreamError, ProviderDisconnected),
    (anthropic.AnthropicError, AssistantError),
    (ValueError, AssistantError),
)

BY_STOP_REASON: dict[str, type[AssistantError]] = {
    "refusal": ContentRefused,
    "max_tokens": OutputTruncated,
    "model_context_window_exceeded": OutputTruncated,
}


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except tuple(theirs for theirs, _ in BY_CLASS) as error:
        # The original stays out of tracebacks: a proxy's answer may repeat our headers.
        raise translation(error) from None


@contextmanager
def readable() -> Iterator[None]:
    """The SDK does not check what it parses: what is missing in it shows where it is used."""
    try:
        yield
    except (AttributeError, TypeError, KeyError) as error:
        raise AssistantError(f"unreadable answer: {type(error).__name__}") from None


def translation(error: Exception) -> AssistantError:
    if isinstance(error, anthropic.APIStatusError):
        return status_translation(error)
    ours = next(ours for theirs, ours in BY_CLASS if isinstance(error, theirs))
    return ours(type(error).__name__)


def status_translation(error: anthropic.APIStatusError) -> AssistantError:
    otherwise = ProviderRejectedRequest if 400 <= error.status_code < 500 else AssistantError
    ours = BY_TYPE.get(error.type or "") or BY_STATUS.get(error.status_code, otherwise)
    said = (error.status_code, error.type, error.api_message, error.request_id)
    return ours(redact(" ".join(str(part) for part in said if part)))


def ensure_finished(stop_reason: str | None, details: str | None) -> None:
    """Raise what an answer that has ended otherwise than by its own end has failed of."""
    if stop_reason is None:
        raise ProviderDisconnected("the stream ended before the answer did")
    failure = BY_STOP_REASON.get(stop_reason)
    if failure is not None:
        raise failure(details or stop_reason)
