"""Cache of the public keys of a token issuer (JWKS), with stale-while-revalidate.

An issuer that answers slowly, or never, delays nobody whose key is known: one task at a time
fetches the keys, within a deadline, while the known ones verify.
"""

import asyncio
import json
import logging
import math
import ssl
from enum import StrEnum
from functools import cache
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

#: Seconds after which the keys are fetched again, by a task that nobody waits for.
FRESH_FOR = 300.0
#: Seconds for which keys verify while the issuer cannot be reached.
STALE_FOR = 3600.0
#: Seconds for a whole fetch, however its bytes arrive.
FETCH_SECONDS = 5.0
MAX_BYTES = 1_000_000
MAX_KEYS = 100


class JWKSUnavailable(Exception):
    """The issuer did not answer in time, or with something else than its keys."""


class FetchCause(StrEnum):
    """Why keys are fetched."""

    MISSING = "missing"
    EXPIRED = "expired"
    UNKNOWN_KEY = "unknown key"


#: Minimum seconds between two fetches of a cause. Without it, tokens with invented key ids would
#: cause one request to the issuer each.
COOL_DOWN = {
    FetchCause.MISSING: 1.0,
    FetchCause.EXPIRED: 10.0,
    FetchCause.UNKNOWN_KEY: 10.0,
}


class JWKSCache:
    """The keys of one issuer."""

    def __init__(
        self, url: str, *, fetch_seconds: float = FETCH_SECONDS, stale_for: float = STALE_FOR
    ) -> None:
        self._url = url
        self._fetch_seconds = fetch_seconds
        self._stale_for = stale_for
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = -math.inf
        self._started_at = dict.fromkeys(FetchCause, -math.inf)
        #: The fetch under way.
        self._fetch: asyncio.Task[None] | None = None

    async def get(self, kid: str | None) -> jwt.PyJWK | None:
        """The key with that id; a token without a key id gets the key of an issuer with one key.

        Waits for the issuer only if no usable key is known, or none with that id. Raises
        AuthenticationUnavailable.
        """
        if self._age > self._stale_for:
            await self._wait_for_fetch(FetchCause.MISSING)
            if self._age > self._stale_for:
                raise AuthenticationUnavailable("The keys of the token issuer cannot be read.")
        elif self._age > FRESH_FOR:
            self._start_fetch(FetchCause.EXPIRED)
        if (key := self._pick(kid)) is None:
            await self._wait_for_fetch(FetchCause.UNKNOWN_KEY)
            key = self._pick(kid)
        return key

    @property
    def _age(self) -> float:
        return monotonic() - self._fetched_at

    def _pick(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid)

    async def _wait_for_fetch(self, cause: FetchCause) -> None:
        if (fetch := self._start_fetch(cause)) is not None:
            # A request that is cancelled must not cancel the fetch of the others.
            await asyncio.shield(fetch)

    def _start_fetch(self, cause: FetchCause) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one unless the last one was just now."""
        if self._fetch is None and monotonic() - self._started_at[cause] >= COOL_DOWN[cause]:
            self._started_at[cause] = monotonic()
            self._fetch = asyncio.create_task(self._refresh())
        return self._fetch

    async def _refresh(self) -> None:
        try:
            self._keys = signing_keys(await fetch_jwks(self._url, self._fetch_seconds))
            self._fetched_at = monotonic()
        except JWKSUnavailable as error:
            logger.warning("The keys of the token issuer cannot be read: %s", error)
        finally:
            self._fetch = None


async def fetch_jwks(url: str, seconds: float = FETCH_SECONDS) -> dict[str, Any]:
    """The JWK set at the URL, within a total of `seconds`. Raises JWKSUnavailable."""
    try:
        async with asyncio.timeout(seconds):
            body = await read_body(url)
        found = json.loads(body)
    except TimeoutError:
        raise JWKSUnavailable(f"the response was not complete within {seconds:g} s") from None
    except (httpx2.HTTPError, ValueError, RecursionError) as error:
        raise JWKSUnavailable(str(error) or type(error).__name__) from error
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise JWKSUnavailable("the response is not a JWK set")
    return found


@cache
def ssl_context() -> ssl.SSLContext:
    """Read once, because reading the certificates of the system blocks for milliseconds."""
    return httpx2.create_ssl_context()


async def read_body(url: str) -> bytes:
    """Raises HTTPError, ValueError. Without compression, which could hide any size."""
    body = bytearray()
    async with (
        httpx2.AsyncClient(
            # The caller limits the whole time.
            timeout=None,
            headers={"accept-encoding": "identity"},
            verify=await asyncio.to_thread(ssl_context),
        ) as client,
        client.stream("GET", url) as response,
    ):
        response.raise_for_status()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError(f"the response has more than {MAX_BYTES:,} bytes")
    return bytes(body)


def signing_keys(key_set: dict[str, Any]) -> dict[str | None, jwt.PyJWK]:
    """The keys that verify signatures, by id. Raises JWKSUnavailable if there is none."""
    if len(key_set["keys"]) > MAX_KEYS:
        raise JWKSUnavailable(f"the JWK set contains more than {MAX_KEYS} keys")
    keys: dict[str | None, jwt.PyJWK] = {}
    for each in key_set["keys"]:
        if (key := parse_jwk(each)) is not None:
            keys[key.key_id] = key
    if not keys:
        raise JWKSUnavailable("the JWK set contains no key for signatures")
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
