"""What a token says about its bearer, in our words. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models import Role
from server.auth.login import AuthenticationFailed

MAX_ID_LENGTH = 255
#: The year 9999 has no end that a clock could count to.
MAX_TIMESTAMP = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClaimMapping:
    """Where the claims are that each issuer calls otherwise."""

    account: str = "account"
    role: str = "role"
    default_role: Role = Role.VIEWER


@dataclass(frozen=True, slots=True)
class TokenIdentity:
    """`account` is None where tokens name none, as everybody works in the same one."""

    external_id: str
    account: str | None
    name: str
    email: str
    email_is_verified: bool
    role: Role
    issued_at: datetime
    expires_at: datetime


def parse_identity(claims: dict[str, Any], naming: ClaimMapping) -> TokenIdentity:
    """Raises SignInRefused."""
    subject = require_identifier(claims["sub"], "sub")
    name = clean_text(claims.get("name")) or clean_text(claims.get("preferred_username")) or subject
    email = clean_text(claims.get("email"))
    return TokenIdentity(
        external_id=f"{claims['iss']} {subject}",
        account=account_claim(claims, naming.account),
        name=name[:255],
        # Nobody can have an address there.
        email=email[:320] if "@" in email else f"{subject}@unknown.invalid",
        email_is_verified=claims.get("email_verified") is True,
        role=highest_role(claims, naming),
        issued_at=parse_timestamp(claims["iat"]),
        expires_at=parse_timestamp(claims["exp"]),
    )


def account_claim(claims: dict[str, Any], name: str) -> str | None:
    return require_identifier(claim_at(claims, name), name) if name else None


def highest_role(claims: dict[str, Any], naming: ClaimMapping) -> Role:
    """The highest of ours that the token names."""
    said = claim_at(claims, naming.role)
    words = said if isinstance(said, list) else [said]
    return max(known_roles(words), key=lambda role: role.rank, default=naming.default_role)


def known_roles(words: Iterable[Any]) -> list[Role]:
    ours = {role.value: role for role in Role}
    return [ours[w.lower()] for w in words if isinstance(w, str) and w.lower() in ours]


def claim_at(claims: dict[str, Any], name: str) -> Any:
    """By its name, or by a path with dots: some issuers put dots in names, some nest claims."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def require_identifier(value: Any, name: str) -> str:
    """Refused rather than put right: two callers must never become one."""
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= MAX_ID_LENGTH:
        raise AuthenticationFailed(f"The token's claim {name!r} is missing, or cannot be used.")
    return value


def clean_text(value: Any) -> str:
    return "".join(filter(str.isprintable, value)).strip() if isinstance(value, str) else ""


def parse_timestamp(seconds: Any) -> datetime:
    return datetime.fromtimestamp(max(0, min(int(seconds), int(MAX_TIMESTAMP.timestamp()))), UTC)
