"""The authenticator: from the `Authorization` value of any transport to a login."""

from dataclasses import dataclass
from typing import Protocol

from server.auth import claims
from server.auth.claims import ClaimMapping
from server.auth.jwt import JWTVerifier
from services.accounts import api_keys, provisioning
from services.accounts.login import (
    AuthenticatedLogin,
    AuthenticationFailed,
    AuthenticationUnavailable,
)
from services.accounts.provisioning import ProvisioningPolicy
from storage.outages import is_outage
from storage.transactions import TenantDatabase

MISSING_CREDENTIALS = "Sign in: send the header `Authorization: Bearer <token or API key>`."


class Authenticator(Protocol):
    """Authenticates every request and every WebSocket: see ADR 12."""

    async def authenticate(self, authorization: object) -> AuthenticatedLogin:
        """`authorization` is the value of the header, or of the `connection_init` payload.

        Raises AuthenticationFailed, AuthenticationUnavailable.
        """


@dataclass(frozen=True, slots=True)
class LocalUserAuthenticator:
    """Every request acts as the local user."""

    login: AuthenticatedLogin

    async def authenticate(self, authorization: object) -> AuthenticatedLogin:
        return self.login


@dataclass(frozen=True, slots=True)
class CredentialAuthenticator:
    """Accepts API keys and, if an issuer is configured, its tokens."""

    database: TenantDatabase
    verifier: JWTVerifier | None
    mapping: ClaimMapping
    policy: ProvisioningPolicy

    async def authenticate(self, authorization: object) -> AuthenticatedLogin:
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


def parse_bearer(authorization: object) -> str:
    """The credentials after `Bearer`. Raises AuthenticationFailed."""
    if not authorization:
        raise AuthenticationFailed(MISSING_CREDENTIALS)
    scheme, _, credentials = str(authorization).partition(" ")
    if scheme.lower() != "bearer" or not credentials.strip():
        raise AuthenticationFailed(MISSING_CREDENTIALS)
    return credentials.strip()
