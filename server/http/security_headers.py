"""Adds security headers to every response that does not set them itself."""

from collections.abc import Awaitable
from functools import lru_cache

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Origin",
}
RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

START_MESSAGES = frozenset({"http.response.start", "websocket.http.response.start"})


class SecurityHeaders:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] in START_MESSAGES:
                headers = message.get("headers", ())
                message["headers"] = [
                    *headers,
                    *missing_headers(tuple([name for name, _ in headers])),
                ]
            return send(message)

        await self._app(scope, receive, send_with_headers)


@lru_cache(100)
def missing_headers(names: tuple[bytes, ...]) -> list[tuple[bytes, bytes]]:
    """The security headers to add to a response with headers of these names."""
    present = {name.lower() for name in names}
    return [pair for pair in RAW_HEADERS if pair[0] not in present]
