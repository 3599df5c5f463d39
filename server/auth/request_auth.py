"""Asks at the door on behalf of a request or a socket."""

import logging
from dataclasses import dataclass, field
from typing import Self

from starlette.types import Scope
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError

from schema.context import Context
from server.auth.login import AuthenticatedLogin, AuthenticationFailed, AuthenticationUnavailable
from server.http.scope_headers import get_header
from services.principal import ANONYMOUS, Principal

logger = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": "Bearer"}
RETRY = {"Retry-After": "5"}


@dataclass(slots=True)
class SocketContext(Context):
    """Nobody's, until the client has said who it is; what it says lands in `connection_params`."""

    socket: WebSocket
    connection_params: dict[str, object] = field(default_factory=dict)

    @classmethod
    def anonymous(cls, socket: WebSocket) -> Self:
        runtime = socket.state.runtime
        return cls(
            ANONYMOUS, runtime.tenancy, runtime.generation_runner, runtime.subscriptions, socket
        )


async def authenticate_http(scope: Scope) -> Principal:
    """Raises SignInRefused, SignInUnavailable."""
    said = get_header(scope, b"authorization")
    login = await authenticate(scope, said.decode("latin-1") if said else None, "HTTP")
    # Whether the answer is a stream, which has to end with it, is not known yet.
    scope["state"]["login"] = login
    return login.principal


def track_stream(scope: Scope) -> None:
    """The answer is a stream: it ends when the login does."""
    state = scope["state"]
    state["open_connections"].register(state["open_connection"], state["login"])


async def authenticate_websocket(context: SocketContext) -> None:
    """Raises ConnectionRejectionError, SignInUnavailable."""
    socket = context.socket
    said = {name.lower(): value for name, value in context.connection_params.items()}
    # Clients that are no browsers may have said it in the handshake.
    authorization = said.get("authorization", socket.headers.get("authorization"))
    try:
        login = await authenticate(socket.scope, authorization, "WebSocket")
    except AuthenticationFailed:
        raise ConnectionRejectionError from None
    context.sign_in(login.principal)
    socket.state.open_connections.register(socket.state.open_connection, login)


async def authenticate(scope: Scope, authorization: object, how: str) -> AuthenticatedLogin:
    """Whatever is not let in is logged, without what it said."""
    try:
        login: AuthenticatedLogin = await scope["state"]["authenticator"].authenticate(
            authorization
        )
    except (AuthenticationFailed, AuthenticationUnavailable) as refusal:
        logger.warning("Nobody is let in over %s: %s", how, refusal)
        raise
    return login
