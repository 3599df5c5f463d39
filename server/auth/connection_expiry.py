"""Closes long-lived connections when their login ends: their registry, and a middleware around the
GraphQL view.

A WebSocket is closed with 4403. A stream ends without its `complete` event, so its client
reconnects and authenticates again.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.graphql import fast_path
from services.accounts.access_snapshot import read_access_snapshot
from services.accounts.login import AuthenticatedLogin, AuthenticationUnavailable
from storage.outages import log_outage
from storage.transactions import TenantDatabase

logger = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class OpenConnection:
    """A WebSocket or a stream. `ConnectionExpiryMiddleware` closes it at its deadline."""

    deadline: asyncio.Timeout
    login: AuthenticatedLogin | None = None

    def close(self) -> None:
        """Move the deadline to now."""
        if not self.deadline.expired():
            self.deadline.reschedule(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class OpenConnections:
    """The open connections of this process."""

    _open: set[OpenConnection] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._open)

    def register(self, connection: OpenConnection, login: AuthenticatedLogin) -> None:
        """Set the deadline of the connection to the expiry of the login."""
        connection.login = login
        self._open.add(connection)
        if login.expires_at is not None:
            left = (login.expires_at - datetime.now(UTC)).total_seconds()
            connection.deadline.reschedule(asyncio.get_running_loop().time() + left)

    def unregister(self, connection: OpenConnection) -> None:
        self._open.discard(connection)

    async def close_revoked(self, database: TenantDatabase) -> None:
        """Close connections whose key is revoked, whose user is deactivated, or whose role is
        lower now."""
        logins = {each: each.login for each in self._open if each.login is not None}
        if not logins:
            return
        access = await read_access_snapshot(database, set(logins.values()))
        for connection, login in logins.items():
            # It may have closed during the query.
            if connection in self._open and not access.allows(login):
                logger.info("Closing a connection: its key or its user has lost access")
                connection.close()


async def run_recheck_loop(
    connections: OpenConnections, database: TenantDatabase, interval: float
) -> None:
    """Check the access of all open connections every `interval` seconds."""
    while True:
        await asyncio.sleep(interval)
        with log_outage(logger.info, "The access of open connections cannot be checked"):
            await connections.close_revoked(database)


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
