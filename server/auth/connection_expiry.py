"""Long-lived connections: their registry, which limits their number, and a middleware around the
GraphQL view, which closes them when their login ends.

A WebSocket is closed with 4403. A stream ends without its `complete` event, so its client
reconnects and authenticates again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.auth.sign_in_throttle import SignInThrottled
from server.graphql import fast_path
from server.http.anonymous_requests import REFUSAL_DELAY
from server.http.error_responses import error_response
from server.http.refusals import RefusalReason, Refusals
from services.accounts.access_snapshot import read_access_snapshot
from services.accounts.login import AuthenticatedLogin, AuthenticationUnavailable
from storage.database_problems import log_outage
from storage.transactions import TenantDatabase

logger = logging.getLogger(__name__)


class TooManyWebSockets(Exception):
    """The user, or this process, has as many open WebSockets as allowed."""


@dataclass(frozen=True, slots=True)
class OpenWebSocketLimits:
    """How many WebSockets may be open in this process."""

    websockets: int = 5_000
    websockets_per_user: int = 200


@dataclass(slots=True, eq=False)
class OpenConnection:
    """A WebSocket or a stream. `ConnectionExpiryMiddleware` closes it at its deadline."""

    deadline: asyncio.Timeout
    login: AuthenticatedLogin | None = None
    is_websocket: bool = False

    def close(self) -> None:
        """Move the deadline to now."""
        if not self.deadline.expired():
            self.deadline.reschedule(asyncio.get_running_loop().time())


@dataclass(frozen=True, slots=True)
class OpenConnections:
    """The open connections of this process."""

    limits: OpenWebSocketLimits = field(default_factory=OpenWebSocketLimits)
    #: With a login.
    _open: set[OpenConnection] = field(default_factory=set)
    #: With or without a login.
    _websockets: set[OpenConnection] = field(default_factory=set)
    _websockets_by_user: Counter[UUID] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def websocket_count(self) -> int:
        """Open WebSockets, with or without a login."""
        return len(self._websockets)

    @property
    def has_most_websockets(self) -> bool:
        """Whether this process accepts no other WebSocket."""
        return self.websocket_count >= self.limits.websockets

    @contextmanager
    def track(self, connection: OpenConnection) -> Iterator[None]:
        """Count a WebSocket while it is open, and forget a connection at its end."""
        if connection.is_websocket:
            self._websockets.add(connection)
        try:
            yield
        finally:
            self._forget(connection)

    def register(self, connection: OpenConnection, login: AuthenticatedLogin) -> None:
        """Set the deadline of the connection to the expiry of the login.

        Raises TooManyWebSockets.
        """
        if connection.is_websocket:
            user_id = login.principal.user_id
            if self._websockets_by_user[user_id] >= self.limits.websockets_per_user:
                raise TooManyWebSockets
            self._websockets_by_user[user_id] += 1
        connection.login = login
        self._open.add(connection)
        if login.expires_at is not None:
            left = (login.expires_at - datetime.now(UTC)).total_seconds()
            connection.deadline.reschedule(asyncio.get_running_loop().time() + left)

    def _forget(self, connection: OpenConnection) -> None:
        self._open.discard(connection)
        self._websockets.discard(connection)
        if connection.is_websocket and connection.login is not None:
            user_id = connection.login.principal.user_id
            self._websockets_by_user[user_id] -= 1
            if not self._websockets_by_user[user_id]:
                del self._websockets_by_user[user_id]

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
#: Clients connect again, later each time.
TRY_AGAIN_LATER = 1013
RETRY = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class ConnectionExpiryMiddleware:
    """Gives each long-lived connection a deadline, and refuses WebSockets above their limits.
    Requests with a single response get no deadline."""

    app: ASGIApp
    refusals: Refusals = field(default_factory=Refusals)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        app = self.app if fast_path.is_simple_post(scope) else self._run_with_deadline
        return app(scope, receive, send)

    async def _run_with_deadline(self, scope: Scope, receive: Receive, send: Send) -> None:
        connections: OpenConnections = scope["state"]["open_connections"]
        if scope["type"] == "websocket" and connections.has_most_websockets:
            await self._refuse_handshake(scope, receive, send)
            return
        tracked = TrackedSend(send)
        try:
            async with asyncio.timeout(None) as deadline:
                connection = OpenConnection(deadline, is_websocket=scope["type"] == "websocket")
                scope["state"]["open_connection"] = connection
                with connections.track(connection):
                    await self.app(scope, receive, tracked.send)
        except TimeoutError:
            if not deadline.expired():
                raise
            await tracked.close(FORBIDDEN, "Forbidden")
        except AuthenticationUnavailable:
            await tracked.close(TRY_AGAIN_LATER, "Try again later")
        except TooManyWebSockets:
            self.refusals.count(
                RefusalReason.WEBSOCKETS_OF_USER,
                "Closed a WebSocket: its user has as many as SESSIONS_MAX_USER_WEBSOCKETS.",
            )
            await tracked.close(TRY_AGAIN_LATER, "Too many WebSockets of this user")
        except SignInThrottled:
            await asyncio.sleep(REFUSAL_DELAY)
            await tracked.close(TRY_AGAIN_LATER, "Too many failed sign-ins")

    async def _refuse_handshake(self, scope: Scope, receive: Receive, send: Send) -> None:
        code = "TOO_MANY_CONNECTIONS"
        self.refusals.count(
            RefusalReason.WEBSOCKETS_OF_PROCESS,
            f"Rejected a request: {code}. SESSIONS_MAX_WEBSOCKETS are open.",
        )
        response = error_response(503, "This server has too many open WebSockets.", code, RETRY)
        await response(scope, receive, send)


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
