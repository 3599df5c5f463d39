"""Asks at the door on behalf of a request or a socket."""

import logging
from dataclasses import dataclass, field
from typing import Self

from starlette.types import Scope
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError

from schema.context import Context
from server.auth.login import Login, SignInRefused, SignInUnavailable
from server.http.scope_headers import header
from services.principal import NOBODY, Principal

logger = logging.getLogger(__name__)

CHALLENGE = {"WWW-Authenticate": "Bearer"}
RETRY = {"Retry-After": "5"}


@dataclass(slots=True)
class SocketContext(Context):
    """Nobody's, until the client has said who it is; what it says lands in `connection_params`."""

    socket: WebSocket
    connection_params: dict[str, object] = field(default_factory=dict)

    @classmethod
    def before_sign_in(cls, socket: WebSocket) -> Self:
        process = socket.state.process
        return cls(NOBODY, process.tenancy, process.writer, process.streams, socket)


async def over_http(scope: Scope) -> Principal:
    """Raises SignInRefused, SignInUnavailable."""
    said = header(scope, b"authorization")
    login = await ask(scope, said.decode("latin-1") if said else None, "HTTP")
    # Whether the answer is a stream, which has to end with it, is not known yet.
    scope["state"]["login"] = login
    return login.principal


def stays(scope: Scope) -> None:
    """The answer is a stream: it ends when the login does."""
    state = scope["state"]
    state["visits"].begin(state["visit"], state["login"])


async def over_websocket(context: SocketContext) -> None:
    """Raises ConnectionRejectionError, SignInUnavailable."""
    socket = context.socket
    said = {name.lower(): value for name, value in context.connection_params.items()}
    # Clients that are no browsers may have said it in the handshake.
    authorization = said.get("authorization", socket.headers.get("authorization"))
    try:
        login = await ask(socket.scope, authorization, "WebSocket")
    except SignInRefused:
        raise ConnectionRejectionError from None
    context.become(login.principal)
    socket.state.visits.begin(socket.state.visit, login)


async def ask(scope: Scope, authorization: object, how: str) -> Login:
    """Whatever is not let in is logged, without what it said."""
    try:
        login: Login = await scope["state"]["door"].login(authorization)
    except (SignInRefused, SignInUnavailable) as refusal:
        logger.warning("Nobody is let in over %s: %s", how, refusal)
        raise
    return login
