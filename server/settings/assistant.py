from typing import Literal

from pydantic import Field, SecretStr

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

    @property
    def uses_anthropic(self) -> bool:
        if self.assistant == "auto":
            return self.anthropic_api_key is not None
        return self.assistant == "anthropic"
