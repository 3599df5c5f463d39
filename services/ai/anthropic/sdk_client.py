"""The SDK's client: limited waits, no request contents in logs, HTTP by aiohttp."""

import logging
from collections.abc import Awaitable, Callable

import anthropic
import httpx2

#: At debug level they log whole requests, and the API key among the headers.
VERBOSE_LOGGERS = ("anthropic", "httpx2", "httpcore2")


def create_client(
    api_key: str, base_url: str | None, *, timeout: float, max_retries: int
) -> anthropic.AsyncAnthropic:
    disable_debug_logs()
    return anthropic.AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0)),
        max_retries=max_retries,
        open_telemetry=False,
        http_client=anthropic.DefaultAioHttpClient(
            event_hooks={"response": [cap_retry_after(timeout)]}
        ),
    )


def disable_debug_logs() -> None:
    for name in VERBOSE_LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))


def cap_retry_after(seconds: float) -> Callable[[httpx2.Response], Awaitable[None]]:
    """Return a response hook that disables the SDK's retry where `Retry-After` is above `seconds`.

    Otherwise the call would end in our timeout instead of the provider's rate limit.
    """

    async def check_retry_after(response: httpx2.Response) -> None:
        if retry_after(response) > seconds:
            response.headers["x-should-retry"] = "false"

    return check_retry_after


def retry_after(response: httpx2.Response) -> float:
    try:
        return float(response.headers.get("retry-after", 0))
    except ValueError:
        return 0.0
