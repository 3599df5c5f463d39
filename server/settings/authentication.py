from typing import Literal

from pydantic import Field, SecretStr, field_validator

from server.settings.section import CommaSeparated, SettingsSection


class AuthenticationSettings(SettingsSection):
    """The local user, tokens, and which hosts and origins may use the API."""

    auth: Literal["local", "required"] = Field(
        default="local",
        description="`local`: every request acts as the local user, and the server listens on the "
        "local machine only. `required`: requests need a token or an API key, see "
        "[sign-in](sign-in.md).",
    )
    account_name: str = Field(default="Local", description="Account of the local user.")
    user_name: str = Field(default="Local Technician", description="Name of the local user.")
    user_email: str = Field(
        default="technician@localhost", description="Email address of the local user."
    )
    allowed_hosts: CommaSeparated = Field(
        default=(),
        description="With `required`: host names that clients use for this server, separated by "
        "commas; `*` for any.",
    )
    allowed_origins: CommaSeparated = Field(
        default=(),
        description="Origins of other sites whose pages may use the API, as `https://name`, "
        "separated by commas.",
    )
    jwt_issuer: str | None = Field(default=None, description="Expected JWT issuer (`iss`).")
    jwt_audience: str | None = Field(default=None, description="Expected JWT audience (`aud`).")
    jwt_jwks_url: str | None = Field(
        default=None, description="URL of the issuer's public keys (JWKS)."
    )
    jwt_jwks_seconds: float = Field(
        default=5.0,
        gt=0,
        le=60,
        description="Timeout of a whole request for the issuer's keys. Known keys are used "
        "meanwhile.",
    )
    jwt_jwks_stale_seconds: float = Field(
        default=3600.0,
        ge=300,
        description="Seconds for which known keys are used while the issuer cannot be reached.",
    )
    jwt_secret: SecretStr | None = Field(
        default=None,
        description="Alternative to the JWKS URL: shared secret of the issuer (HS256), at least 32 "
        "bytes.",
    )
    jwt_account_claim: str = Field(
        default="account",
        description="Claim with the account; empty if all users belong to `SESSIONS_ACCOUNT_NAME`.",
    )
    jwt_role_claim: str = Field(
        default="role", description="Claim with the role or a list of roles; the highest counts."
    )
    jwt_default_role: Literal["viewer", "engineer", "lead", "admin"] = Field(
        default="viewer", description="Role for tokens without a known role."
    )
    jwt_new_users: bool = Field(
        default=True,
        description="Create unknown users of valid tokens (just-in-time provisioning).",
    )
    jwt_new_accounts: bool = Field(
        default=True, description="Create unknown accounts of valid tokens."
    )
    jwt_link_email: Literal["never", "verified", "always"] = Field(
        default="verified",
        description="Link an unknown token to an existing user with the same email address: only "
        "if the token says that it is verified, always, or never.",
    )
    failed_sign_ins_per_minute: int | None = Field(
        default=60,
        gt=0,
        description="Maximum failed sign-ins of one client address per minute and process; empty "
        "for no limit. Keys and tokens that were valid before are not affected.",
    )
    anonymous_requests_per_minute: int | None = Field(
        default=3000,
        gt=0,
        description="Maximum requests without sign-in of one client address per minute and process,"
        " such as pages and health checks; empty for no limit.",
    )
    recheck_seconds: float = Field(
        default=20.0,
        gt=0,
        le=60,
        description="Interval at which the access of users with open connections is checked.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="API key or token for `sessions chat`."
    )

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def split_names(cls, value: object) -> object:
        """Normalized as in browsers: lower case, without a slash at the end."""
        if not isinstance(value, str):
            return value
        names = (name.strip().rstrip("/").lower() for name in value.split(","))
        return tuple(name for name in names if name)

    @property
    def requires_authentication(self) -> bool:
        return self.auth == "required"
