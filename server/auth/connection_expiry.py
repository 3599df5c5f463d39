"""Middleware around the GraphQL view: closes long-lived connections when their login ends.

A WebSocket is closed with 4403. A stream ends without its `complete` event, so its client
reconnects and authenticates again.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.auth.open_connections import OpenConnection
from server.graphql import fast_path
from services.accounts.login import AuthenticationUnavailable

#: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
FORBIDDEN = 4403
TRY_AGAIN_LATER = 1013


@dataclass(frozen=True, slots=True)
class ConnectionExpiryMiddleware:
    """Gives each long-lived connection a deadline. Requests with a single response get none."""

    app: ASGIApp

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self.app if fast_path.is_simple_post(scope) else self._run_with_deadline
        return app(scope, receive, send)

    async def _run_with_deadline(self, scope: Scope, receive: Receive, send: Send) -> None:
        connections = scope["state"]["open_connections"]
        tracked = TrackedSend(send)
        try:
            async with asyncio.timeout(None) as deadline:
                scope["state"]["open_connection"] = connection = OpenConnection(deadline)
                try:
                    await self.app(scope, receive, tracked.send)
                finally:
                    connections.unregister(connection)
        except TimeoutError:
            if not deadline.expired():
                raise
            await tracked.close(FORBIDDEN, "Forbidden")
        except AuthenticationUnavailable:
            await tracked.close(TRY_AGAIN_LATER, "Try again later")


@dataclass(slots=True)
class TrackedSend:
    """An ASGI `send` that remembers the last message, to choose the message that closes."""

    _send: Send
    _last: str = ""
    _is_closed: bool = False

    async def send(self, message: Message) -> None:
        self._last = message["type"]
        self._is_closed = self._last == "websocket.close" or (
            self._last == "http.response.body" and not message.get("more_body", False)
        )
        await self._send(message)

    async def close(self, code: int, reason: str) -> None:
        if self._is_closed:
            return
        if self._last.startswith("websocket"):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        else:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
