"""Every setting, from the environment or a `.env` file, by section. `sessions settings` renders
docs/settings.md from these classes. No package below `server` reads the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict

from server.settings.assistant import AssistantSettings
from server.settings.authentication import AuthenticationSettings
from server.settings.connections import ConnectionSettings
from server.settings.database import DatabaseSettings, default_data_dir
from server.settings.graphql import GraphQLSettings
from server.settings.quotas import QuotaSettings
from server.settings.section import SettingsSection
from server.settings.serving import ServingSettings

__all__ = ["ENV_FILE", "SECTIONS", "Settings", "default_data_dir"]

ENV_FILE = Path(".env")

SECTIONS: dict[str, type[SettingsSection]] = {
    "Database": DatabaseSettings,
    "Server": ServingSettings,
    "Connections": ConnectionSettings,
    "Assistant": AssistantSettings,
    "GraphQL API": GraphQLSettings,
    "Rate limits and quotas": QuotaSettings,
    "Authentication": AuthenticationSettings,
}


class Settings(
    DatabaseSettings,
    ServingSettings,
    ConnectionSettings,
    AssistantSettings,
    GraphQLSettings,
    QuotaSettings,
    AuthenticationSettings,
    BaseSettings,
):
    """The settings of an installation."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_prefix="SESSIONS_",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )
