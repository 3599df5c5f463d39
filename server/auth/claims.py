"""Maps the claims of a verified token to a `TokenIdentity`. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models import Role
from services.accounts.login import AuthenticationFailed
from services.accounts.token_identity import TokenIdentity
from services.ai.redact.gate import redact_now

MAX_ID_LENGTH = 255
#: Timers cannot represent the distance to the year 9999.
MAX_TIMESTAMP = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClaimMapping:
    """The names of the claims that differ between issuers."""

    account: str = "account"
    role: str = "role"
    default_role: Role = Role.VIEWER


def parse_identity(claims: dict[str, Any], mapping: ClaimMapping) -> TokenIdentity:
    """Raises AuthenticationFailed."""
    subject = require_identifier(claims["sub"], "sub")
    name = clean_text(claims.get("name")) or clean_text(claims.get("preferred_username"))
    email = clean_text(claims.get("email"))
    return TokenIdentity(
        external_id=f"{claims['iss']} {subject}",
        account=account_claim(claims, mapping.account),
        # People see it, and models do.
        name=redact_now((name or subject)[:255])[:255],
        # The domain `.invalid` has no mailboxes.
        email=email[:320] if "@" in email else f"{subject}@unknown.invalid",
        email_is_verified=claims.get("email_verified") is True,
        role=highest_role(claims, mapping),
        issued_at=parse_timestamp(claims["iat"]),
        expires_at=parse_timestamp(claims["exp"]),
    )


def account_claim(claims: dict[str, Any], name: str) -> str | None:
    """None if no claim names the account. Raises AuthenticationFailed."""
    return require_identifier(claim_at(claims, name), name) if name else None


def highest_role(claims: dict[str, Any], mapping: ClaimMapping) -> Role:
    """The highest known role in the token, or the default role."""
    value = claim_at(claims, mapping.role)
    values = value if isinstance(value, list) else [value]
    return max(known_roles(values), key=lambda role: role.rank, default=mapping.default_role)


def known_roles(values: Iterable[Any]) -> list[Role]:
    roles = {role.value: role for role in Role}
    return [roles[v.lower()] for v in values if isinstance(v, str) and v.lower() in roles]


def claim_at(claims: dict[str, Any], name: str) -> Any:
    """A claim by its name, or by a path with dots: issuers use dots in names, or nest claims."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def require_identifier(value: Any, name: str) -> str:
    """Never normalizes an identifier, because two identities could become one.

    Raises AuthenticationFailed.
    """
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= MAX_ID_LENGTH:
        raise AuthenticationFailed(f"The claim {name!r} of the token is missing or invalid.")
    return value


def clean_text(value: Any) -> str:
    """The printable characters of a string claim; empty for any other value."""
    return "".join(filter(str.isprintable, value)).strip() if isinstance(value, str) else ""


def parse_timestamp(seconds: Any) -> datetime:
    """Clamped to a range that `datetime` and timers can represent."""
    return datetime.fromtimestamp(max(0, min(int(seconds), int(MAX_TIMESTAMP.timestamp()))), UTC)
