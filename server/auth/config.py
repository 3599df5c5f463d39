"""Builds and validates authentication from the settings."""

import ipaddress
from urllib.parse import urlsplit

from strawberry.http.websocket_origin import normalize_allowed_origins

from models import Role
from server.auth.authenticator import Authenticator, CredentialAuthenticator, LocalUserAuthenticator
from server.auth.claims import ClaimMapping
from server.auth.jwks import JWKSCache
from server.auth.jwt import HS256Key, JWKSKeys, JWTVerifier
from server.auth.sign_in_throttle import SignInThrottle
from server.settings import Settings
from services.accounts.local_user import get_or_create_local_user
from services.accounts.login import AuthenticatedLogin
from services.accounts.provisioning import ProvisioningPolicy
from storage.transactions import TenantDatabase

#: Names of the local machine. Any other name may belong to a site that uses DNS rebinding.
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

MIN_SECRET_BYTES = 32

#: Settings without effect in local mode. An operator who sets one expects authentication.
AUTH_ONLY_SETTINGS = ("allowed_hosts", "jwt_issuer", "jwt_audience", "jwt_jwks_url", "jwt_secret")


class AuthenticationMisconfigured(Exception):
    """The message never contains the value of a setting, which may be a secret."""


def validate_auth_settings(settings: Settings) -> None:
    """Raises AuthenticationMisconfigured."""
    allowed_origins(settings)
    if not settings.requires_authentication:
        validate_local_mode(settings)
        return
    if not is_loopback(settings.host) and not settings.allowed_hosts:
        raise AuthenticationMisconfigured(
            f"To listen on {settings.host}, set SESSIONS_ALLOWED_HOSTS to the host names that "
            "clients use for this server, or to * for any."
        )
    allowed_hosts(settings)
    create_jwt_verifier(settings)


def validate_local_mode(settings: Settings) -> None:
    """Without authentication, the server must be reachable from the local machine only.

    Raises AuthenticationMisconfigured.
    """
    if not is_loopback(settings.host):
        raise AuthenticationMisconfigured(
            f"Refusing to listen on {settings.host} without authentication: everyone who can "
            "reach this address would have full access. Listen on 127.0.0.1, or set "
            "SESSIONS_AUTH=required."
        )
    for name in AUTH_ONLY_SETTINGS:
        if getattr(settings, name):
            raise AuthenticationMisconfigured(
                f"SESSIONS_{name.upper()} has no effect without authentication. "
                "Set SESSIONS_AUTH=required, or unset it."
            )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def create_authenticator(settings: Settings, database: TenantDatabase) -> Authenticator:
    """Raises AuthenticationMisconfigured."""
    validate_auth_settings(settings)
    if not settings.requires_authentication:
        user = await get_or_create_local_user(
            database,
            account_name=settings.account_name,
            name=settings.user_name,
            email=settings.user_email,
        )
        return LocalUserAuthenticator(AuthenticatedLogin(user))
    return CredentialAuthenticator(
        database,
        create_jwt_verifier(settings),
        ClaimMapping(
            settings.jwt_account_claim, settings.jwt_role_claim, Role(settings.jwt_default_role)
        ),
        ProvisioningPolicy(
            settings.jwt_new_users,
            settings.jwt_new_accounts,
            settings.jwt_link_email,
            settings.account_name,
        ),
        SignInThrottle(settings.failed_sign_ins_per_minute),
    )


def create_jwt_verifier(settings: Settings) -> JWTVerifier | None:
    """None if the server accepts API keys only. Raises AuthenticationMisconfigured."""
    keys = verification_keys(settings)
    if keys is None:
        if settings.jwt_issuer or settings.jwt_audience:
            raise AuthenticationMisconfigured(
                "To verify tokens, set SESSIONS_JWT_JWKS_URL or SESSIONS_JWT_SECRET too."
            )
        return None
    if not settings.jwt_issuer or not settings.jwt_audience:
        raise AuthenticationMisconfigured(
            "To accept tokens, set SESSIONS_JWT_ISSUER and SESSIONS_JWT_AUDIENCE too."
        )
    return JWTVerifier(settings.jwt_issuer, settings.jwt_audience, keys)


def verification_keys(settings: Settings) -> JWKSKeys | HS256Key | None:
    """None if no keys are configured. Raises AuthenticationMisconfigured."""
    if settings.jwt_secret is not None and settings.jwt_jwks_url is not None:
        raise AuthenticationMisconfigured(
            "Set either SESSIONS_JWT_JWKS_URL or SESSIONS_JWT_SECRET, not both."
        )
    if settings.jwt_secret is not None:
        secret = settings.jwt_secret.get_secret_value()
        if len(secret.encode()) < MIN_SECRET_BYTES:
            raise AuthenticationMisconfigured(
                f"SESSIONS_JWT_SECRET has fewer than {MIN_SECRET_BYTES} bytes and could be guessed."
            )
        return HS256Key(secret)
    if settings.jwt_jwks_url is not None:
        return JWKSKeys(
            JWKSCache(
                require_safe_url(settings.jwt_jwks_url),
                fetch_seconds=settings.jwt_jwks_seconds,
                stale_for=settings.jwt_jwks_stale_seconds,
            )
        )
    return None


def require_safe_url(url: str) -> str:
    """The keys at this URL decide whose tokens are accepted, so it must be authentic.

    Raises AuthenticationMisconfigured.
    """
    parts = urlsplit(url)
    is_local = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.username or not parts.hostname or not (parts.scheme == "https" or is_local):
        raise AuthenticationMisconfigured(
            "SESSIONS_JWT_JWKS_URL must be an https:// URL without a password."
        )
    return url


def allowed_hosts(settings: Settings) -> list[str]:
    """The host names that this server accepts. Raises AuthenticationMisconfigured."""
    for name in settings.allowed_hosts:
        if "*" in name.removeprefix("*.") and name != "*":
            raise AuthenticationMisconfigured(
                "SESSIONS_ALLOWED_HOSTS: use * only by itself or as *.name."
            )
    return [*LOOPBACK_NAMES, *settings.allowed_hosts]


def allowed_origins(settings: Settings) -> list[str]:
    """Origins of other sites that may use the API. Raises AuthenticationMisconfigured."""
    try:
        return sorted(normalize_allowed_origins(settings.allowed_origins))
    except ValueError:
        raise AuthenticationMisconfigured(
            "SESSIONS_ALLOWED_ORIGINS must be origins like https://name, without a path."
        ) from None


def describe_authentication(settings: Settings) -> str:
    """A sentence for operators."""
    if not settings.requires_authentication:
        return f"none: every request on this machine acts as {settings.user_name}"
    if settings.jwt_jwks_url or settings.jwt_secret:
        return f"required: tokens of {settings.jwt_issuer} and API keys"
    return "required: API keys only (create one: sessions keys create --name NAME)"
