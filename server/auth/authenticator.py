"""The one place that says who is calling."""

from dataclasses import dataclass
from typing import Protocol

from server.auth import claims
from server.auth.claims import ClaimMapping
from server.auth.jwt import JWTVerifier
from server.auth.login import AuthenticatedLogin, AuthenticationFailed, AuthenticationUnavailable
from services.accounts import api_keys, provisioning
from services.accounts.provisioning import ProvisioningPolicy
from storage.outages import is_outage
from storage.tenancy import TenantDatabase

MISSING_CREDENTIALS = "Sign in: send the header `Authorization: Bearer <token or API key>`."


class Authenticator(Protocol):
    async def authenticate(self, authorization: object) -> AuthenticatedLogin:
        """`authorization` is what came as the header of that name, or instead of it.

        Raises SignInRefused, SignInUnavailable.
        """


@dataclass(frozen=True, slots=True)
class LocalUserAuthenticator:
    """Everybody is the same user."""

    everybody: AuthenticatedLogin

    async def authenticate(self, authorization: object) -> AuthenticatedLogin:
        return self.everybody


@dataclass(frozen=True, slots=True)
class CredentialAuthenticator:
    """Those come in who have a key or, where an issuer is configured, a token."""

    database: TenantDatabase
    tokens: JWTVerifier | None
    naming: ClaimMapping
    admission: ProvisioningPolicy

    async def authenticate(self, authorization: object) -> AuthenticatedLogin:
        presented = parse_bearer(authorization)
        try:
            if presented.startswith(api_keys.KEY_PREFIX):
                return await api_keys.login_by_key(self.database, presented)
            return await self._by_token(presented)
        except Exception as error:
            if not is_outage(error):
                raise
            raise AuthenticationUnavailable(
                "The database cannot be reached at the moment."
            ) from error

    async def _by_token(self, token: str) -> AuthenticatedLogin:
        if self.tokens is None:
            raise AuthenticationFailed("This server takes API keys alone.")
        identity = claims.parse_identity(await self.tokens.verify(token), self.naming)
        return await provisioning.login_by_token(self.database, identity, self.admission)


def parse_bearer(authorization: object) -> str:
    """Raises SignInRefused."""
    if not authorization:
        raise AuthenticationFailed(MISSING_CREDENTIALS)
    scheme, _, presented = str(authorization).partition(" ")
    if scheme.lower() != "bearer" or not presented.strip():
        raise AuthenticationFailed(MISSING_CREDENTIALS)
    return presented.strip()
