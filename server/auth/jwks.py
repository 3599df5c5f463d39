"""The public keys of an issuer, read from its address and kept for a while."""

import asyncio
import json
import logging
import math
from time import monotonic
from typing import Any

import httpx2
import jwt

from server.auth.login import AuthenticationUnavailable

logger = logging.getLogger(__name__)

#: Of these the token's may be one, and it must be that of its key. No symmetric one is among
#: them: with it, whoever knows a public key could sign.
ALGORITHMS = frozenset(
    ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
)
KEY_TYPES = ("RSA", "EC", "OKP")

FRESH_FOR = 300.0
#: While the issuer does not answer, its old keys hold for this long.
STALE_FOR = 3600.0
#: A made-up key id must not make us call the issuer as often as somebody likes.
RETRY_AFTER = 10.0

TIMEOUT = 5.0
MAX_BYTES = 1_000_000


class JWKSCache:
    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._read_at = -math.inf
        self._asked_at = {"old": -math.inf, "unknown": -math.inf}
        self._reading = asyncio.Lock()

    async def get(self, kid: str | None) -> jwt.PyJWK | None:
        """The key of that id; without an id, the only key there is. Raises SignInUnavailable."""
        if self._age > FRESH_FOR:
            await self._read_for("old")
        if self._age > STALE_FOR:
            raise AuthenticationUnavailable("The keys of the tokens' issuer cannot be read.")
        if (key := self._pick(kid)) is None:
            await self._read_for("unknown")
            key = self._pick(kid)
        return key

    @property
    def _age(self) -> float:
        return monotonic() - self._read_at

    def _pick(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    async def _read_for(self, cause: str) -> None:
        async with self._reading:
            if monotonic() - self._asked_at[cause] < RETRY_AFTER:
                return
            self._asked_at[cause] = monotonic()
            try:
                self._keys = signing_keys(await fetch_jwks(self._url))
            except (httpx2.HTTPError, ValueError) as error:
                logger.warning("The keys of the tokens' issuer cannot be read: %s", error)
            else:
                self._read_at = monotonic()


async def fetch_jwks(url: str) -> dict[str, Any]:
    """Raises HTTPError, ValueError."""
    body = b""
    async with (
        httpx2.AsyncClient(timeout=TIMEOUT) as client,
        client.stream("GET", url) as answer,
    ):
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError("there is too much at its address")
    found = json.loads(body)
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("what is at its address is no key set")
    return found


def signing_keys(key_set: dict[str, Any]) -> dict[str | None, jwt.PyJWK]:
    """Those that verify signatures. Raises ValueError if there is none."""
    keys: dict[str | None, jwt.PyJWK] = {}
    for each in key_set["keys"]:
        if (key := parse_jwk(each)) is not None:
            keys[key.key_id] = key
    if not keys:
        raise ValueError("there is no key for signatures at its address")
    return keys


def parse_jwk(data: Any) -> jwt.PyJWK | None:
    if not isinstance(data, dict) or data.get("kty") not in KEY_TYPES:
        return None
    if data.get("use", "sig") != "sig" or not isinstance(data.get("kid"), str | None):
        return None
    try:
        key = jwt.PyJWK(data)
    except jwt.PyJWTError:
        return None
    return key if key.algorithm_name in ALGORITHMS else None
