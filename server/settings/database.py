import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator

from server.settings.section import SettingsSection


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def default_data_dir() -> Path:
    """By the conventions of the operating system."""
    return Path("/var/lib/unified-sessions") if is_root() else user_data_path("unified-sessions")


class DatabaseSettings(SettingsSection):
    """The database and the connections to it."""

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL database, as `postgresql://user:password@host/name`. If unset, the "
        "server runs an embedded PostgreSQL in the data directory.",
    )
    owner_database_url: SecretStr | None = Field(
        default=None,
        description="The same database with the user who owns its tables, for `sessions migrate`. "
        "The user of `DATABASE_URL` then needs no right to change the schema.",
    )
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Directory of the embedded database. Default for root: "
        "`/var/lib/unified-sessions`; for other users: a directory in their home.",
    )
    pool_size: int = Field(
        default=10,
        ge=1,
        le=500,
        description="Database connections for requests, per process. Each process opens four more "
        "for background work.",
    )

    @field_validator("data_dir", mode="before")
    @classmethod
    def default_if_empty(cls, value: object) -> object:
        return default_data_dir() if value == "" else value

    @field_validator("data_dir")
    @classmethod
    def absolute_path(cls, value: Path) -> Path:
        return value.expanduser().absolute()
