"""Cache of the public keys of a token issuer (JWKS), with stale-while-revalidate."""

import asyncio
import json
import logging
import math
from time import monotonic
from typing import Any

import httpx2
import jwt

from services.accounts.login import AuthenticationUnavailable

logger = logging.getLogger(__name__)

#: Accepted algorithms; the key determines which of them. None is symmetric: otherwise a public key
#: could serve as the secret of a forged token.
ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
)
KEY_TYPES = ("RSA", "EC", "OKP")

FRESH_FOR = 300.0
#: Keys stay valid for this time while the issuer cannot be reached.
STALE_FOR = 3600.0
#: Minimum interval between requests to the issuer. Without it, tokens with invented key ids would
#: cause one request each.
RETRY_AFTER = 10.0

TIMEOUT = 5.0
MAX_BYTES = 1_000_000


class JWKSCache:
    """Fetches the keys once for all requests that wait for them (single flight)."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = -math.inf
        self._requested_at = {"expired": -math.inf, "unknown_key": -math.inf}
        self._fetch_lock = asyncio.Lock()

    async def get(self, kid: str | None) -> jwt.PyJWK | None:
        """The key with that id; a token without a key id gets the key of an issuer with one key.

        Raises AuthenticationUnavailable.
        """
        if self._age > FRESH_FOR:
            await self._refresh("expired")
        if self._age > STALE_FOR:
            raise AuthenticationUnavailable("The keys of the token issuer cannot be read.")
        if (key := self._pick(kid)) is None:
            await self._refresh("unknown_key")
            key = self._pick(kid)
        return key

    @property
    def _age(self) -> float:
        return monotonic() - self._fetched_at

    def _pick(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    async def _refresh(self, cause: str) -> None:
        async with self._fetch_lock:
            if monotonic() - self._requested_at[cause] < RETRY_AFTER:
                return
            self._requested_at[cause] = monotonic()
            try:
                self._keys = signing_keys(await fetch_jwks(self._url))
            except (httpx2.HTTPError, ValueError) as error:
                logger.warning("The keys of the token issuer cannot be read: %s", error)
            else:
                self._fetched_at = monotonic()


async def fetch_jwks(url: str) -> dict[str, Any]:
    """Raises HTTPError, ValueError."""
    body = b""
    async with httpx2.AsyncClient(timeout=TIMEOUT) as client, client.stream("GET", url) as response:
        response.raise_for_status()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError("the response is too large")
    found = json.loads(body)
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("the response is not a JWK set")
    return found


def signing_keys(key_set: dict[str, Any]) -> dict[str | None, jwt.PyJWK]:
    """The keys that verify signatures, by id. Raises ValueError if there is none."""
    keys: dict[str | None, jwt.PyJWK] = {}
    for each in key_set["keys"]:
        if (key := parse_jwk(each)) is not None:
            keys[key.key_id] = key
    if not keys:
        raise ValueError("the JWK set contains no key for signatures")
    return keys


def parse_jwk(data: Any) -> jwt.PyJWK | None:
    """None for a key that cannot verify signatures."""
    if not isinstance(data, dict) or data.get("kty") not in KEY_TYPES:
        return None
    if data.get("use", "sig") != "sig" or not isinstance(data.get("kid"), str | None):
        return None
    try:
        key = jwt.PyJWK(data)
    except jwt.PyJWTError:
        return None
    return key if key.algorithm_name in ALGORITHMS else None
