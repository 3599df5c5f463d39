"""Authenticates an HTTP request or a WebSocket."""

import logging
from dataclasses import dataclass, field
from typing import Self

from starlette.types import Scope
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError

from schema.context import Context
from schema.session_loading import load_session
from server.http.scope_headers import get_header
from services.accounts.login import (
    AuthenticatedLogin,
    AuthenticationFailed,
    AuthenticationUnavailable,
)
from services.principal import ANONYMOUS, Principal

logger = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": "Bearer"}
RETRY = {"Retry-After": "5"}


@dataclass(slots=True)
class SocketContext(Context):
    """Anonymous until `connection_init`, whose payload Strawberry puts in `connection_params`."""

    socket: WebSocket
    connection_params: dict[str, object] = field(default_factory=dict)

    @classmethod
    def anonymous(cls, socket: WebSocket) -> Self:
        runtime = socket.state.runtime
        return cls(
            ANONYMOUS,
            runtime.tenancy,
            runtime.generation_runner,
            runtime.subscriptions,
            load_session,
            socket,
        )


async def authenticate_http(scope: Scope) -> Principal:
    """Raises AuthenticationFailed, AuthenticationUnavailable."""
    authorization = get_header(scope, b"authorization")
    login = await authenticate_scope(
        scope, authorization.decode("latin-1") if authorization else None, "HTTP"
    )
    # For `track_stream`: whether the response is a stream is not known yet.
    scope["state"]["login"] = login
    return login.principal


def track_stream(scope: Scope) -> None:
    """Register a streaming response, which ends with its login."""
    state = scope["state"]
    state["open_connections"].register(state["open_connection"], state["login"])


async def authenticate_websocket(context: SocketContext) -> None:
    """Raises ConnectionRejectionError, AuthenticationUnavailable."""
    socket = context.socket
    params = {name.lower(): value for name, value in context.connection_params.items()}
    # Clients other than browsers may send the header with the handshake.
    authorization = params.get("authorization", socket.headers.get("authorization"))
    try:
        login = await authenticate_scope(socket.scope, authorization, "WebSocket")
    except AuthenticationFailed:
        raise ConnectionRejectionError from None
    context.sign_in(login.principal)
    socket.state.open_connections.register(socket.state.open_connection, login)


async def authenticate_scope(
    scope: Scope, authorization: object, transport: str
) -> AuthenticatedLogin:
    """Log failures, without the credentials.

    Raises AuthenticationFailed, AuthenticationUnavailable.
    """
    try:
        login: AuthenticatedLogin = await scope["state"]["authenticator"].authenticate(
            authorization
        )
    except (AuthenticationFailed, AuthenticationUnavailable) as failure:
        logger.warning("Authentication failed over %s: %s", transport, failure)
        raise
    return login
