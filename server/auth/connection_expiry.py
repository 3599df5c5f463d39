"""Around the GraphQL view: ends what stays open longer than its caller may.

A socket is closed with 4403. A stream ends without saying that it is complete, so that its client
comes back, and is asked who it is.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.auth.login import AuthenticationUnavailable
from server.auth.open_connections import OpenConnection
from server.graphql import fast_path

#: As in the protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
FORBIDDEN = 4403
TRY_AGAIN_LATER = 1013


@dataclass(frozen=True, slots=True)
class ConnectionExpiryMiddleware:
    app: ASGIApp

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        # What is plain does not stay.
        way = self.app if fast_path.is_simple_post(scope) else self._stay
        return way(scope, receive, send)

    async def _stay(self, scope: Scope, receive: Receive, send: Send) -> None:
        visits = scope["state"]["open_connections"]
        connection = TrackedSend(send)
        try:
            async with asyncio.timeout(None) as deadline:
                scope["state"]["open_connection"] = visit = OpenConnection(deadline)
                try:
                    await self.app(scope, receive, connection.send)
                finally:
                    visits.unregister(visit)
        except TimeoutError:
            if not deadline.expired():
                raise
            await connection.close(FORBIDDEN, "Forbidden")
        except AuthenticationUnavailable:
            await connection.close(TRY_AGAIN_LATER, "Try again later")


@dataclass(slots=True)
class TrackedSend:
    """Knows what was sent last, to say the right thing at the end."""

    _send: Send
    _last: str = ""
    _is_over: bool = False

    async def send(self, message: Message) -> None:
        self._last = message["type"]
        self._is_over = self._last == "websocket.close" or (
            self._last == "http.response.body" and not message.get("more_body", False)
        )
        await self._send(message)

    async def close(self, code: int, reason: str) -> None:
        if self._is_over:
            return
        if self._last.startswith("websocket"):
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        else:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
