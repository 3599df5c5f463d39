"""Translates the SDK's exceptions to AssistantError; none of them leaves this package."""

import json
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
    ProviderNotFound,
    ProviderOverloaded,
    ProviderRateLimited,
    ProviderRejectedRequest,
    ProviderTimeout,
    ProviderUnreachable,
)
from services.ai.redact.redactor import redact

#: By the error type in the body. An error inside a stream has nothing else: its status is 200.
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

#: By HTTP status, for proxies that do not send the provider's error types.
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

#: The first match counts: a timeout is a connection error too.
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
def translate_errors() -> Iterator[None]:
    try:
        yield
    except tuple(sdk_class for sdk_class, _ in BY_CLASS) as error:
        # The original is kept out of tracebacks: a proxy's response may repeat our headers.
        raise translate_error(error) from None


@contextmanager
def translate_malformed_response() -> Iterator[None]:
    """The SDK does not validate responses: a missing or mistyped field raises where it is read."""
    try:
        yield
    except (AttributeError, TypeError, KeyError) as error:
        raise AssistantError(f"malformed response: {type(error).__name__}") from None


def translate_error(error: Exception) -> AssistantError:
    if isinstance(error, anthropic.APIStatusError):
        return translate_status_error(error)
    if isinstance(error, anthropic.APIConnectionError):
        return translate_connection_error(error)
    error_class = next(ours for theirs, ours in BY_CLASS if isinstance(error, theirs))
    return error_class(type(error).__name__)


def translate_connection_error(error: anthropic.APIConnectionError) -> AssistantError:
    """The SDK raises one class for all: its cause tells whether the connection was ever open."""
    cause = error.__cause__ or error
    details = f"{type(cause).__name__} at {error.request.url}"
    if isinstance(error, anthropic.APITimeoutError):
        return ProviderTimeout(details)
    if isinstance(cause, httpx2.ConnectError):
        return ProviderUnreachable(details)
    return ProviderDisconnected(details)


def translate_status_error(error: anthropic.APIStatusError) -> AssistantError:
    default = ProviderRejectedRequest if 400 <= error.status_code < 500 else AssistantError
    error_class = BY_TYPE.get(error.type or "") or BY_STATUS.get(error.status_code, default)
    details = [error.status_code, error.type, error.api_message, error.request_id]
    if error.status_code == 404:
        details.append(f"at {error.request.url}")
        # An unknown model is "not found" too, and named.
        if "model" not in (error.api_message or ""):
            error_class = ProviderNotFound
    return error_class(redact(" ".join(str(part) for part in details if part)))


def check_content_type(response: httpx2.Response, expected: str) -> None:
    """Raises ProviderNotFound for the page of a proxy or of another service. A server that names no
    type may send a stream."""
    content_type = response.headers.get("content-type", expected)
    if content_type.partition(";")[0].strip().lower() in ("text/html", "application/json"):
        raise ProviderNotFound(f"{response.request.url} answers with {content_type}")


def error_event(data: str, response: httpx2.Response) -> anthropic.APIStatusError:
    """The error of an `error` event in a stream, as the SDK raises it."""
    try:
        body: object = json.loads(data)
    except ValueError:
        body = data
    return anthropic.APIStatusError(data, response=response, body=body)


def check_stop_reason(stop_reason: str | None, details: str | None) -> None:
    """Raise AssistantError unless the answer is complete."""
    if stop_reason is None:
        raise ProviderDisconnected("the stream ended before the answer did")
    error_class = BY_STOP_REASON.get(stop_reason)
    if error_class is not None:
        raise error_class(details or stop_reason)
