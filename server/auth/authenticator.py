"""The one place that says who is calling."""

from dataclasses import dataclass
from typing import Protocol

from server.auth import claims
from server.auth.claims import Naming
from server.auth.jwt import Tokens
from server.auth.login import Login, SignInRefused, SignInUnavailable
from services.accounts import api_keys, provisioning
from services.accounts.provisioning import Admission
from storage.outages import is_outage
from storage.tenancy import Sessions

MISSING = "Sign in: send the header `Authorization: Bearer <token or API key>`."


class Door(Protocol):
    async def login(self, authorization: object) -> Login:
        """`authorization` is what came as the header of that name, or instead of it.

        Raises SignInRefused, SignInUnavailable.
        """


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Everybody is the same user."""

    everybody: Login

    async def login(self, authorization: object) -> Login:
        return self.everybody


@dataclass(frozen=True, slots=True)
class GuardedDoor:
    """Those come in who have a key or, where an issuer is configured, a token."""

    database: Sessions
    tokens: Tokens | None
    naming: Naming
    admission: Admission

    async def login(self, authorization: object) -> Login:
        presented = bearer(authorization)
        try:
            if presented.startswith(api_keys.MARK):
                return await api_keys.login(self.database, presented)
            return await self._by_token(presented)
        except Exception as error:
            if not is_outage(error):
                raise
            raise SignInUnavailable("The database cannot be reached at the moment.") from error

    async def _by_token(self, token: str) -> Login:
        if self.tokens is None:
            raise SignInRefused("This server takes API keys alone.")
        identity = claims.identity(await self.tokens.verified(token), self.naming)
        return await provisioning.login(self.database, identity, self.admission)


def bearer(authorization: object) -> str:
    """Raises SignInRefused."""
    if not authorization:
        raise SignInRefused(MISSING)
    scheme, _, presented = str(authorization).partition(" ")
    if scheme.lower() != "bearer" or not presented.strip():
        raise SignInRefused(MISSING)
    return presented.strip()
