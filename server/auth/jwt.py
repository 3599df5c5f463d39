"""Verifies JSON web tokens: signature, issuer, audience and expiry.

The settings and the key determine the algorithm, never the token.
"""

import re
from dataclasses import dataclass
from time import time
from typing import Any

import jwt

from server.auth.jwks import ALGORITHMS, JWKSCache
from services.accounts.login import AuthenticationFailed

#: Seconds by which the issuer's clock may be ahead of this one. It does not extend the expiry: a
#: client with an expired token requests a new one anyway.
LEEWAY = 10
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]

#: No issuer needs as much.
MAX_LENGTH = 16_000
JWT_FORMAT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)

FAILURE_MESSAGES: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "The token has expired."),
    (jwt.ImmatureSignatureError, "The token is not valid yet."),
    (jwt.MissingRequiredClaimError, f"The token lacks one of the claims {', '.join(REQUIRED)}."),
    (jwt.InvalidIssuerError, "The token is from an issuer that this server does not trust."),
    (jwt.InvalidAudienceError, "The token is for another audience."),
    (jwt.InvalidSignatureError, "The signature of the token is invalid."),
    (
        jwt.InvalidAlgorithmError,
        "The token is signed with an algorithm that this server does not accept.",
    ),
)

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HS256Key:
    """A secret shared with the issuer."""

    secret: str
    algorithms: frozenset[str] = frozenset({"HS256"})

    async def find_key(self, header: dict[str, Any]) -> str:
        return self.secret


@dataclass(frozen=True, slots=True)
class JWKSKeys:
    """The public keys of the issuer."""

    cache: JWKSCache
    algorithms: frozenset[str] = ALGORITHMS

    async def find_key(self, header: dict[str, Any]) -> jwt.PyJWK | None:
        return await self.cache.get(header.get("kid"))


@dataclass(frozen=True, slots=True)
class JWTVerifier:
    """Verifies the tokens of one issuer for one audience."""

    issuer: str
    audience: str
    keys: JWKSKeys | HS256Key

    async def verify(self, token: str) -> Claims:
        """The claims of the token. Raises AuthenticationFailed, AuthenticationUnavailable."""
        if len(token) > MAX_LENGTH or not JWT_FORMAT.fullmatch(token):
            raise AuthenticationFailed("The Authorization value is neither a JWT nor an API key.")
        try:
            header = jwt.get_unverified_header(token)
            # Before the key is looked up, so that a rejected token never causes a request.
            if str(header.get("alg")) not in self.keys.algorithms:
                raise jwt.InvalidAlgorithmError
            key = await self.keys.find_key(header)
            if key is None:
                raise AuthenticationFailed(
                    "The token is signed with a key that its issuer does not publish."
                )
            claims = self._decode(token, key)
        except jwt.PyJWTError as error:
            raise AuthenticationFailed(failure_message(error)) from None
        return claims

    def _decode(self, token: str, key: jwt.PyJWK | str) -> Claims:
        claims = jwt.decode(
            token,
            key,
            algorithms=sorted(self.keys.algorithms),
            audience=self.audience,
            issuer=self.issuer,
            leeway=LEEWAY,
            options={"require": REQUIRED, "enforce_minimum_key_length": True},
        )
        if int(claims["exp"]) <= time():
            raise jwt.ExpiredSignatureError
        return claims


def failure_message(error: jwt.PyJWTError) -> str:
    messages = (message for type_, message in FAILURE_MESSAGES if isinstance(error, type_))
    return next(messages, "The token is invalid.")
