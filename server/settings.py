"""Every setting, from the environment or a `.env` file. `docs/settings.md` is made of this."""

import os
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from execution.limits.limits import DEFAULT_LIMITS, OperationLimits
from services.quotas.quotas import Quota, Quotas

Names = Annotated[tuple[str, ...], NoDecode]

#: The settings that are `Settings.allowances`.
ALLOWANCES = [f"{whose}_{each.name}" for whose in ("user", "account") for each in fields(Quota)]


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def limit_field(what: str, usual: int | None = None) -> Any:
    return Field(default=usual, gt=0, description=f"The most: {what} Empty: no limit.")


def default_data_dir() -> Path:
    return Path("/var/lib/unified-sessions") if is_root() else user_data_path("unified-sessions")


class Settings(BaseSettings):
    """What an operator may choose. Nothing below `server` reads the environment."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="SESSIONS_", extra="ignore", frozen=True, populate_by_name=True
    )

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="The Postgres to use, as `postgresql://user:password@host/name`. "
        "Without it an embedded one is started in the data directory.",
    )
    owner_database_url: SecretStr | None = Field(
        default=None,
        description="The same database by the user who owns its tables, for `sessions migrate`. "
        "With it, the user of `DATABASE_URL` need not be able to change the schema.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Where the embedded database keeps its files. For root that is "
        "`/var/lib/unified-sessions`, for others a folder of their own.",
    )
    pool_size: int = Field(
        default=10,
        ge=1,
        le=500,
        description="Database connections of a process for requests; it has four more for itself.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that serve this port.")
    drain_seconds: float = Field(
        default=5.0,
        ge=0,
        description="Told to stop, a process gives requests and answers under way this many "
        "seconds to end; other processes go on with the rest.",
    )
    client_timeout: float = Field(
        default=40.0,
        ge=1,
        description="Seconds without a sign of life, or without taking what is sent, after which "
        "a client's connection is dropped.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged."
    )
    assistant: Literal["auto", "anthropic", "offline"] = Field(
        default="auto",
        description="Who writes the answers. `auto` takes Anthropic where a key is set, "
        "else the flow library alone.",
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None,
        validation_alias="ANTHROPIC_API_KEY",
        description="The key of the Anthropic API.",
    )
    anthropic_base_url: str | None = Field(
        default=None,
        validation_alias="ANTHROPIC_BASE_URL",
        description="Another server that speaks the Messages API.",
    )
    model: str | None = Field(
        default=None, description="The model that answers; the assistant's own choice by default."
    )
    small_model: str | None = Field(
        default=None, description="The model for titles and summaries; a cheaper one by default."
    )
    answer_timeout: float = Field(
        default=60.0, gt=0, description="Seconds of silence after which an answer is given up."
    )
    introspection: bool = Field(
        default=True, description="Whether clients may ask for the schema itself."
    )
    graphiql: bool = Field(default=True, description="Whether browsers get GraphiQL.")
    suggestions: bool = Field(
        default=False,
        description="Whether a refusal proposes names of the schema that look like the wrong one. "
        "For development.",
    )
    compiled: bool = Field(
        default=True,
        description="Whether operations run by functions that are generated for each of them, "
        "rather than by the GraphQL library, which is slower and answers the same.",
    )
    metrics: bool = Field(
        default=False,
        description="Whether `/metrics` tells Prometheus how a process is doing: nothing of what "
        "is said in sessions, but to whoever asks, so keep that address to yourselves. With "
        "several workers each answer is that of one: to see all, give each a port of its own.",
    )
    max_document_bytes: int = Field(
        default=DEFAULT_LIMITS.document_bytes, ge=1, description="Size of a GraphQL document."
    )
    max_tokens: int = Field(
        default=DEFAULT_LIMITS.tokens,
        ge=1,
        description="Tokens (names, numbers, signs) of a document.",
    )
    max_depth: int = Field(
        default=DEFAULT_LIMITS.depth,
        ge=1,
        description="Fields within fields, through all fragments.",
    )
    max_aliases: int = Field(
        default=DEFAULT_LIMITS.aliases,
        ge=0,
        description="Fields of an operation under another name, each as often as it is spread.",
    )
    max_root_fields: int = Field(
        default=DEFAULT_LIMITS.root_fields, ge=1, description="Fields an operation begins with."
    )
    max_directives: int = Field(
        default=DEFAULT_LIMITS.directives, ge=0, description="Directives of an operation."
    )
    max_cost: int = Field(
        default=DEFAULT_LIMITS.cost,
        ge=1,
        description="Fields the answer may have at most, estimated before anything is run: what "
        "is in a list counts for each of its items.",
    )
    execution_seconds: float = Field(
        default=DEFAULT_LIMITS.seconds, gt=0, description="How long a query or mutation may take."
    )
    max_body_bytes: int = Field(
        default=2_000_000, ge=1, description="Size of an HTTP request's body."
    )
    max_message_bytes: int = Field(
        default=1_000_000, ge=1, description="Size of a WebSocket message."
    )
    connection_init_seconds: float = Field(
        default=3.0,
        gt=0,
        description="How long a new WebSocket may wait before it introduces itself.",
    )
    idle_seconds: float = Field(
        default=600.0, gt=0, description="When a WebSocket that runs nothing is closed."
    )
    user_requests_per_minute: int | None = limit_field("Requests of one user in a minute.", 600)
    user_answers_per_minute: int | None = limit_field("Answers begun for one user in a minute.", 30)
    user_tokens_per_day: int | None = limit_field("Tokens of one user in a day of UTC.")
    user_tokens_per_month: int | None = limit_field("Tokens of one user in a month of UTC.")
    user_cost_per_day: Decimal | None = limit_field("US dollars of one user in a day of UTC.")
    user_cost_per_month: Decimal | None = limit_field("US dollars of one user in a month of UTC.")
    account_requests_per_minute: int | None = limit_field(
        "Requests of an account in a minute.", 12000
    )
    account_answers_per_minute: int | None = limit_field(
        "Answers begun for an account in a minute.", 600
    )
    account_tokens_per_day: int | None = limit_field("Tokens of an account in a day of UTC.")
    account_tokens_per_month: int | None = limit_field("Tokens of an account in a month of UTC.")
    account_cost_per_day: Decimal | None = limit_field("US dollars of an account in a day of UTC.")
    account_cost_per_month: Decimal | None = limit_field(
        "US dollars of an account in a month of UTC."
    )
    max_operations: int = Field(
        default=50, ge=1, description="Operations that run at once on one WebSocket."
    )
    max_subscriptions: int = Field(
        default=DEFAULT_LIMITS.subscriptions,
        ge=1,
        description="Operations of one user that a process streams at once, over WebSockets and "
        "server-sent events together.",
    )
    trusted_documents: Path | None = Field(
        default=None,
        description="A JSON file of documents by id, which clients may then send instead.",
    )
    only_trusted_documents: bool = Field(
        default=False, description="Whether every other document is refused."
    )
    account_name: str = Field(
        default="Local", description="The account that the embedded local user works in."
    )
    user_name: str = Field(default="Local Technician", description="The local user's name.")
    user_email: str = Field(default="technician@localhost", description="Their address.")
    auth: Literal["local", "required"] = Field(
        default="local",
        description="Who may call. `local`: everybody who reaches the server is the local user, "
        "so it listens on this machine alone. `required`: whoever signs in, see "
        "[sign-in](sign-in.md).",
    )
    allowed_hosts: Names = Field(
        default=(),
        description="With `required`: the names by which clients reach the server, separated by "
        "commas; `*` for any.",
    )
    allowed_origins: Names = Field(
        default=(),
        description="Other sites whose pages may use the server, as `https://name`, separated by "
        "commas.",
    )
    jwt_issuer: str | None = Field(default=None, description="Whose tokens are taken (`iss`).")
    jwt_audience: str | None = Field(
        default=None, description="What tokens have to be meant for (`aud`)."
    )
    jwt_jwks_url: str | None = Field(
        default=None, description="Where the issuer publishes the keys it signs with."
    )
    jwt_secret: SecretStr | None = Field(
        default=None,
        description="Instead of that address: the secret that the issuer signs with (HS256), of "
        "at least 32 bytes.",
    )
    jwt_account_claim: str = Field(
        default="account",
        description="The claim that names the account. Empty: everybody works in "
        "`SESSIONS_ACCOUNT_NAME`.",
    )
    jwt_role_claim: str = Field(
        default="role", description="The claim with the role or roles; the highest counts."
    )
    jwt_default_role: Literal["viewer", "engineer", "lead", "admin"] = Field(
        default="viewer", description="The role of a token that names none of ours."
    )
    jwt_new_users: bool = Field(
        default=True, description="Whether somebody seen for the first time becomes a user."
    )
    jwt_new_accounts: bool = Field(
        default=True, description="Whether an account seen for the first time is made."
    )
    jwt_link_email: Literal["never", "verified", "always"] = Field(
        default="verified",
        description="Whether somebody new becomes the user who has their address already: only "
        "if the token says that it is verified, or always.",
    )
    recheck_seconds: float = Field(
        default=20.0,
        gt=0,
        le=60,
        description="How often it is looked whether those who have a connection open may still.",
    )
    api_key: SecretStr | None = Field(
        default=None, description="What `sessions chat` signs in with: a key, or a token."
    )

    @field_validator(
        "database_url",
        "owner_database_url",
        "anthropic_api_key",
        "anthropic_base_url",
        "trusted_documents",
        "jwt_issuer",
        "jwt_audience",
        "jwt_jwks_url",
        "jwt_secret",
        "api_key",
        *ALLOWANCES,
        mode="before",
    )
    @classmethod
    def empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def separated(cls, value: object) -> object:
        """As browsers write them: in small letters, without a slash at the end."""
        if not isinstance(value, str):
            return value
        names = (name.strip().rstrip("/").lower() for name in value.split(","))
        return tuple(name for name in names if name)

    @field_validator("data_dir", mode="before")
    @classmethod
    def empty_is_the_usual(cls, value: object) -> object:
        return default_data_dir() if value == "" else value

    @field_validator("data_dir")
    @classmethod
    def absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @property
    def requires_authentication(self) -> bool:
        return self.auth == "required"

    @property
    def uses_anthropic(self) -> bool:
        if self.assistant == "auto":
            return self.anthropic_api_key is not None
        return self.assistant == "anthropic"

    @property
    def allowances(self) -> Quotas:
        return Quotas(user=self._allowance("user"), account=self._allowance("account"))

    def _allowance(self, whose: str) -> Quota:
        names = (each.name for each in fields(Quota))
        return Quota(**{name: getattr(self, f"{whose}_{name}") for name in names})

    @property
    def limits(self) -> OperationLimits:
        return OperationLimits(
            document_bytes=self.max_document_bytes,
            tokens=self.max_tokens,
            depth=self.max_depth,
            aliases=self.max_aliases,
            root_fields=self.max_root_fields,
            directives=self.max_directives,
            cost=self.max_cost,
            seconds=self.execution_seconds,
            subscriptions=self.max_subscriptions,
        )
