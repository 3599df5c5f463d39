"""The SDK's client, kept from waiting too long and from telling others what was said."""

import logging
from collections.abc import Awaitable, Callable

import anthropic
import httpx2

#: In debug mode they log whole requests, and the key among the headers.
LOGGERS = ("anthropic", "httpx2", "httpcore2")


def client(
    api_key: str, base_url: str | None, *, timeout: float, max_retries: int
) -> anthropic.AsyncAnthropic:
    silence_details()
    return anthropic.AsyncAnthropic(
        api_key=api_key,
        base_url=base_url,
        timeout=httpx2.Timeout(timeout, connect=min(timeout, 10.0)),
        max_retries=max_retries,
        open_telemetry=False,
        http_client=anthropic.DefaultAioHttpClient(
            event_hooks={"response": [no_pause_beyond(timeout)]}
        ),
    )


def silence_details() -> None:
    for name in LOGGERS:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.getEffectiveLevel(), logging.INFO))


def no_pause_beyond(seconds: float) -> Callable[[httpx2.Response], Awaitable[None]]:
    """A hook. Told to come back later than anyone would wait, the SDK gives up at once, so that
    the failure is the provider's limit and not our patience."""

    async def check(response: httpx2.Response) -> None:
        if pause_in(response) > seconds:
            response.headers["x-should-retry"] = "false"

    return check


def pause_in(response: httpx2.Response) -> float:
    try:
        return float(response.headers.get("retry-after", 0))
    except ValueError:
        return 0.0
