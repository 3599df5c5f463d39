from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from server.settings.section import SettingsSection


class AssistantSettings(SettingsSection):
    """The provider and the models of the assistant."""

    assistant: Literal["auto", "anthropic", "offline"] = Field(
        default="auto",
        description="Source of the answers: `anthropic`, or `offline` for the flow library only. "
        "`auto` selects `anthropic` if an API key is set.",
    )
    anthropic_api_key: SecretStr | None = Field(
        default=None, validation_alias="ANTHROPIC_API_KEY", description="Anthropic API key."
    )
    anthropic_base_url: str | None = Field(
        default=None,
        validation_alias="ANTHROPIC_BASE_URL",
        description="Base URL of another server that implements the Messages API.",
    )
    model: str | None = Field(
        default=None, description="Model for answers; if unset, a default of this version."
    )
    small_model: str | None = Field(
        default=None,
        description="Model for titles and summaries; if unset, a cheaper default of this version.",
    )
    answer_timeout: float = Field(
        default=60.0, gt=0, description="Seconds without output after which an answer fails."
    )
    answer_seconds: float = Field(
        default=900.0,
        gt=0,
        description="Seconds after which an answer that has not ended fails, even if the provider "
        "keeps the connection alive.",
    )

    redact_stored: bool = Field(
        default=False,
        description="Mask secrets also in what is stored: in the texts of users, and in the "
        "assistant's replies and steps, which then arrive line by line.",
    )

    @field_validator("anthropic_api_key", mode="before")
    @classmethod
    def clean_api_key(cls, value: object) -> object:
        """Without the line end that a file or a shell has added."""
        if not isinstance(value, str):
            return value
        key = value.strip()
        if not (key.isascii() and key.isprintable()):
            raise ValueError("an API key has printable ASCII characters only")
        return key or None

    @field_validator("anthropic_base_url")
    @classmethod
    def clean_base_url(cls, value: str | None) -> str | None:
        """The address without the path of the API, which the SDK appends."""
        if value is None or not value.strip():
            return None
        url = value.strip().rstrip("/")
        for path in ("/messages", "/v1"):
            url = url.removesuffix(path).rstrip("/")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("expected an address such as https://llm.example.com")
        return url

    @property
    def uses_anthropic(self) -> bool:
        if self.assistant == "auto":
            return self.anthropic_api_key is not None
        return self.assistant == "anthropic"
