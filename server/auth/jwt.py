"""JSON web tokens: is this one the issuer's, for us, and still valid?

The algorithm follows from the settings and from the key, never from the token.
"""

import re
from dataclasses import dataclass
from time import time
from typing import Any

import jwt

from server.auth.jwks import ALGORITHMS, JWKSCache
from server.auth.login import AuthenticationFailed

#: Seconds by which the issuer's clock may be ahead of ours. The end of a token is not moved by
#: it: who is refused for that asks for a new one, as they would anyway.
LEEWAY = 10
REQUIRED = ["exp", "iat", "iss", "aud", "sub"]

#: Far more than any issuer puts into one.
MAX_LENGTH = 16_000
JWT_FORMAT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)

FAILURE_MESSAGES: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "The token has expired."),
    (jwt.ImmatureSignatureError, "The token is not valid yet."),
    (jwt.MissingRequiredClaimError, f"The token lacks one of the claims {', '.join(REQUIRED)}."),
    (jwt.InvalidIssuerError, "The token is not from the issuer this server trusts."),
    (jwt.InvalidAudienceError, "The token is meant for somebody else."),
    (jwt.InvalidSignatureError, "The token's signature is not valid."),
    (jwt.InvalidAlgorithmError, "The token is signed in a way this server does not take."),
)

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HS256Key:
    secret: str
    algorithms: frozenset[str] = frozenset({"HS256"})

    async def find(self, header: dict[str, Any]) -> str:
        return self.secret


@dataclass(frozen=True, slots=True)
class JWKSKeys:
    key_set: JWKSCache
    algorithms: frozenset[str] = ALGORITHMS

    async def find(self, header: dict[str, Any]) -> jwt.PyJWK | None:
        return await self.key_set.get(header.get("kid"))


@dataclass(frozen=True, slots=True)
class JWTVerifier:
    """Those of one issuer for one audience."""

    issuer: str
    audience: str
    keys: JWKSKeys | HS256Key

    async def verify(self, token: str) -> Claims:
        """What the token says. Raises SignInRefused, SignInUnavailable."""
        if len(token) > MAX_LENGTH or not JWT_FORMAT.fullmatch(token):
            raise AuthenticationFailed("What was sent is no token and no key.")
        try:
            header = jwt.get_unverified_header(token)
            # Before the key is looked for: what is refused anyway must not cost a look.
            if str(header.get("alg")) not in self.keys.algorithms:
                raise jwt.InvalidAlgorithmError
            key = await self.keys.find(header)
            if key is None:
                raise AuthenticationFailed(
                    "The token is signed with a key its issuer does not publish."
                )
            claims = self._decoded(token, key)
        except jwt.PyJWTError as error:
            raise AuthenticationFailed(failure_message(error)) from None
        return claims

    def _decoded(self, token: str, key: jwt.PyJWK | str) -> Claims:
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
    found = (says for kind, says in FAILURE_MESSAGES if isinstance(error, kind))
    return next(found, "The token is not valid.")
