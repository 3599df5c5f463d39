import os
from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator

from queries.desk_time import DEFAULT_TIME_ZONE
from server.settings.section import SettingsSection
from services.accounts.time_zone import is_time_zone
from storage.read_limits import DEFAULT_READ_LIMITS, ReadLimits


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
        "for background work, and those for sign-in when it needs them.",
    )
    sign_in_connections: int = Field(
        default=2,
        ge=1,
        le=100,
        description="More connections per process, for sign-in and rate limits while requests use "
        "all others.",
    )
    read_seconds: float = Field(
        default=DEFAULT_READ_LIMITS.seconds,
        ge=0.001,
        description="Timeout of a statement that reads. PostgreSQL cancels it then, well before "
        "the timeout of the request.",
    )
    max_searches: int = Field(
        default=DEFAULT_READ_LIMITS.searches,
        ge=1,
        description="Searches that a process runs at once; one account has two thirds of them. "
        "Others wait. At most one less than `SESSIONS_POOL_SIZE`, so that searches never use all "
        "connections.",
    )

    time_zone: str = Field(
        default=DEFAULT_TIME_ZONE,
        description="Time zone in which the days of an account begin, for what happened today, as "
        "`Europe/Berlin`. Administrators set another one for their account by `updateAccount`. "
        "Quotas count days in UTC.",
    )

    @field_validator("time_zone")
    @classmethod
    def known_time_zone(cls, value: str) -> str:
        if not is_time_zone(value):
            raise ValueError(
                f"{value!r} is no time zone. Use a name of the IANA database, such as Europe/Berlin"
            )
        return value

    @property
    def read_limits(self) -> ReadLimits:
        return ReadLimits(self.read_seconds, max(1, min(self.max_searches, self.pool_size - 1)))

    @field_validator("data_dir", mode="before")
    @classmethod
    def default_if_empty(cls, value: object) -> object:
        return default_data_dir() if value == "" else value

    @field_validator("data_dir")
    @classmethod
    def absolute_path(cls, value: Path) -> Path:
        return value.expanduser().absolute()
