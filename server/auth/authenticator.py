"""The authenticator: from the `Authorization` value of a request or a WebSocket to a login."""

import logging
from dataclasses import dataclass, field
from typing import Protocol, Self

from starlette.types import Scope
from starlette.websockets import WebSocket
from strawberry.exceptions import ConnectionRejectionError

from schema.context import Context
from schema.session_loading import load_session
from server.auth import claims
from server.auth.claims import ClaimMapping
from server.auth.jwt import JWTVerifier
from server.auth.sign_in_throttle import SignInThrottle, SignInThrottled
from server.http.address_rate import AddressRate
from server.http.client_address import LOGIN, client_address
from server.http.guards import get_header
from server.http.refusals import REFUSALS, RefusalReason, Refusals
from services.accounts import api_keys, provisioning
from services.accounts.login import (
    AuthenticatedLogin,
    AuthenticationFailed,
    AuthenticationUnavailable,
)
from services.accounts.provisioning import ProvisioningPolicy
from services.principal import ANONYMOUS, Principal
from storage.outages import is_outage
from storage.transactions import TenantDatabase

MISSING_CREDENTIALS = "Sign in: send the header `Authorization: Bearer <token or API key>`."


class Authenticator(Protocol):
    """Authenticates every request and every WebSocket: see ADR 12."""

    async def authenticate(self, authorization: object, address: str) -> AuthenticatedLogin:
        """`authorization` is the value of the header, or of the `connection_init` payload;
        `address` is that of the client (`server.http.client_address`).

        Raises AuthenticationFailed, AuthenticationUnavailable, SignInThrottled.
        """


@dataclass(frozen=True, slots=True)
class LocalUserAuthenticator:
    """Every request acts as the local user."""

    login: AuthenticatedLogin

    async def authenticate(self, authorization: object, address: str) -> AuthenticatedLogin:
        return self.login


@dataclass(frozen=True, slots=True)
class CredentialAuthenticator:
    """Accepts API keys and, if an issuer is configured, its tokens."""

    database: TenantDatabase
    verifier: JWTVerifier | None
    mapping: ClaimMapping
    policy: ProvisioningPolicy
    throttle: SignInThrottle

    async def authenticate(self, authorization: object, address: str) -> AuthenticatedLogin:
        if not authorization:
            raise AuthenticationFailed(MISSING_CREDENTIALS)
        value = str(authorization)
        attempt = self.throttle.begin(value, address)
        try:
            login = await self._check_credentials(value)
        except AuthenticationFailed:
            self.throttle.fail(attempt, value, address)
            raise
        except BaseException:
            self.throttle.abandon(attempt, address)
            raise
        self.throttle.succeed(attempt, value, address)
        return login

    async def _check_credentials(self, authorization: str) -> AuthenticatedLogin:
        """Raises AuthenticationFailed, AuthenticationUnavailable."""
        credentials = parse_bearer(authorization)
        try:
            if credentials.startswith(api_keys.KEY_PREFIX):
                return await api_keys.login_by_key(self.database, credentials)
            return await self._authenticate_token(credentials)
        except Exception as error:
            if not is_outage(error):
                raise
            raise AuthenticationUnavailable("The database cannot be reached.") from error

    async def _authenticate_token(self, token: str) -> AuthenticatedLogin:
        if self.verifier is None:
            raise AuthenticationFailed("This server accepts API keys only.")
        identity = claims.parse_identity(await self.verifier.verify(token), self.mapping)
        return await provisioning.login_by_token(self.database, identity, self.policy)


def parse_bearer(authorization: str) -> str:
    """The credentials after `Bearer`. Raises AuthenticationFailed."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "bearer" or not credentials.strip():
        raise AuthenticationFailed(MISSING_CREDENTIALS)
    return credentials.strip()


logger = logging.getLogger(__name__)

#: Lines about failed sign-ins that this process logs, of all clients together.
FAILURE_LINES = AddressRate(per_minute=600)

#: Key of the state of a WebSocket's scope: why its sign-in failed, for the close frame.
SIGN_IN_FAILURE = "sign_in_failure"

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
            runtime.cursor_cipher,
            load_session,
            runtime.search_limits,
            runtime.redacts_stored,
            socket,
        )


async def authenticate_http(scope: Scope) -> Principal:
    """Raises AuthenticationFailed, AuthenticationUnavailable, SignInThrottled."""
    authorization = get_header(scope, b"authorization")
    login = await authenticate_scope(
        scope, authorization.decode("latin-1") if authorization else None, "HTTP"
    )
    scope["state"][LOGIN] = login
    return login.principal


def track_stream(scope: Scope) -> None:
    """Register a streaming response, which ends with its login."""
    state = scope["state"]
    state["open_connections"].register(state["open_connection"], state[LOGIN])


async def authenticate_websocket(context: SocketContext) -> None:
    """Raises ConnectionRejectionError, AuthenticationUnavailable, SignInThrottled,
    TooManyWebSockets."""
    socket = context.socket
    params = {name.lower(): value for name, value in context.connection_params.items()}
    # Clients other than browsers may send the header with the handshake.
    authorization = params.get("authorization", socket.headers.get("authorization"))
    try:
        login = await authenticate_scope(socket.scope, authorization, "WebSocket")
    except AuthenticationFailed as failure:
        socket.scope["state"][SIGN_IN_FAILURE] = str(failure)
        raise ConnectionRejectionError from None
    socket.state.open_connections.register(socket.state.open_connection, login)
    socket.scope["state"][LOGIN] = login
    context.sign_in(login.principal)


async def authenticate_scope(
    scope: Scope, authorization: object, transport: str
) -> AuthenticatedLogin:
    """Log failures, without the credentials.

    Raises AuthenticationFailed, AuthenticationUnavailable, SignInThrottled.
    """
    authenticator: Authenticator = scope["state"]["authenticator"]
    refusals: Refusals = scope["state"][REFUSALS]
    address = client_address(scope)
    try:
        return await authenticator.authenticate(authorization, address)
    except (AuthenticationFailed, AuthenticationUnavailable) as failure:
        if isinstance(failure, AuthenticationFailed):
            refusals.count_silently(RefusalReason.FAILED_SIGN_INS)
        # A client can repeat it, and so can many clients at once.
        if not FAILURE_LINES.take(""):
            logger.warning("Authentication of %s failed over %s: %s", address, transport, failure)
        raise
    except SignInThrottled:
        what = f"Sign-ins are refused, too many have failed from {address}."
        refusals.count(RefusalReason.THROTTLED_SIGN_INS, what, address)
        raise
