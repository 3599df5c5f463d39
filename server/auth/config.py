"""Who is let in, as the settings say."""

import ipaddress
from urllib.parse import urlsplit

from strawberry.http.websocket_origin import normalize_allowed_origins

from models import Role
from server.auth.authenticator import Authenticator, CredentialAuthenticator, LocalUserAuthenticator
from server.auth.claims import ClaimMapping
from server.auth.jwks import JWKSCache
from server.auth.jwt import HS256Key, JWKSKeys, JWTVerifier
from server.auth.login import AuthenticatedLogin
from server.settings import Settings
from services.accounts import local_user
from services.accounts.provisioning import ProvisioningPolicy
from storage.tenancy import TenantDatabase

#: Names this machine has for itself; any other is of a site that points its name at us.
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")

SHORTEST_SECRET = 32

#: What has no meaning as long as nobody signs in: whoever sets one of these means `required`.
NEEDS_SIGN_IN = (
    "allowed_hosts",
    "jwt_issuer",
    "jwt_audience",
    "jwt_jwks_url",
    "jwt_secret",
)


class AuthenticationMisconfigured(Exception):
    pass


def validate_auth_settings(settings: Settings) -> None:
    """Raises SignInNotConfigured, without what is wrong: it may be a secret."""
    allowed_origins(settings)
    if not settings.requires_authentication:
        validate_local_mode(settings)
        return
    if not is_loopback(settings.host) and not settings.allowed_hosts:
        raise AuthenticationMisconfigured(
            f"To listen on {settings.host}, set SESSIONS_ALLOWED_HOSTS to the names by which "
            "clients reach this server, or to * for any."
        )
    allowed_hosts(settings)
    create_jwt_verifier(settings)


def validate_local_mode(settings: Settings) -> None:
    if not is_loopback(settings.host):
        raise AuthenticationMisconfigured(
            f"Refusing to listen on {settings.host}: nobody has to sign in, so everyone who "
            "reaches this address could do everything. Listen on 127.0.0.1, or set "
            "SESSIONS_AUTH=required."
        )
    for name in NEEDS_SIGN_IN:
        if getattr(settings, name):
            raise AuthenticationMisconfigured(
                f"SESSIONS_{name.upper()} is set, but nobody has to sign in. "
                "Set SESSIONS_AUTH=required, or leave it out."
            )


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def create_authenticator(settings: Settings, database: TenantDatabase) -> Authenticator:
    """Raises SignInNotConfigured."""
    validate_auth_settings(settings)
    if not settings.requires_authentication:
        return LocalUserAuthenticator(
            AuthenticatedLogin(await local_user.get_or_create_local_user(database, settings))
        )
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
    )


def create_jwt_verifier(settings: Settings) -> JWTVerifier | None:
    """None where keys alone are taken. Raises SignInNotConfigured."""
    keys = verification_keys(settings)
    if keys is None:
        if settings.jwt_issuer or settings.jwt_audience:
            raise AuthenticationMisconfigured(
                "To verify tokens, set SESSIONS_JWT_JWKS_URL or SESSIONS_JWT_SECRET too."
            )
        return None
    if not settings.jwt_issuer or not settings.jwt_audience:
        raise AuthenticationMisconfigured(
            "To take tokens, set SESSIONS_JWT_ISSUER and SESSIONS_JWT_AUDIENCE too."
        )
    return JWTVerifier(settings.jwt_issuer, settings.jwt_audience, keys)


def verification_keys(settings: Settings) -> JWKSKeys | HS256Key | None:
    if settings.jwt_secret is not None and settings.jwt_jwks_url is not None:
        raise AuthenticationMisconfigured(
            "Set SESSIONS_JWT_JWKS_URL or SESSIONS_JWT_SECRET, not both of them."
        )
    if settings.jwt_secret is not None:
        secret = settings.jwt_secret.get_secret_value()
        if len(secret.encode()) < SHORTEST_SECRET:
            raise AuthenticationMisconfigured(
                f"SESSIONS_JWT_SECRET is shorter than {SHORTEST_SECRET} bytes: it could be guessed."
            )
        return HS256Key(secret)
    if settings.jwt_jwks_url is not None:
        return JWKSKeys(JWKSCache(require_safe_url(settings.jwt_jwks_url)))
    return None


def require_safe_url(url: str) -> str:
    """Whoever can change what is at this address decides who comes in."""
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts.username or not parts.hostname or not (parts.scheme == "https" or is_here):
        raise AuthenticationMisconfigured(
            "SESSIONS_JWT_JWKS_URL must be an https:// address without a password in it."
        )
    return url


def allowed_hosts(settings: Settings) -> list[str]:
    """The names this server answers to. Raises SignInNotConfigured."""
    for name in settings.allowed_hosts:
        if "*" in name.removeprefix("*.") and name != "*":
            raise AuthenticationMisconfigured(
                "SESSIONS_ALLOWED_HOSTS: a * stands alone, or as *.name."
            )
    return [*LOOPBACK_NAMES, *settings.allowed_hosts]


def allowed_origins(settings: Settings) -> list[str]:
    """Other sites whose pages may use it, as browsers name them. Raises SignInNotConfigured."""
    try:
        return sorted(normalize_allowed_origins(settings.allowed_origins))
    except ValueError:
        raise AuthenticationMisconfigured(
            "SESSIONS_ALLOWED_ORIGINS must be addresses like https://name, without a path."
        ) from None


def describe_authentication(settings: Settings) -> str:
    if not settings.requires_authentication:
        return f"none: everybody on this machine is {settings.user_name}"
    if settings.jwt_jwks_url or settings.jwt_secret:
        return f"required: tokens of {settings.jwt_issuer}, and API keys"
    return "required: API keys alone (make one: sessions keys create --name NAME)"
