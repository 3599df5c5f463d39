"""Where a database is, and with which users the server and its migrations connect."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import URL, make_url

from storage.connections.database_url import describe_database, parse_database_url


@dataclass(frozen=True, slots=True)
class DatabaseLocation:
    """The server connects with the user of `url`; the user of `owner_url` owns the tables and may
    change the schema. `description` is for operators and contains no password."""

    url: URL
    owner_url: URL
    description: str
    is_embedded: bool

    @classmethod
    def external(cls, url: str, owner_url: str | None) -> Self:
        """Raises InvalidDatabaseUrl."""
        parsed = parse_database_url(url)
        owner = parsed
        if owner_url is not None:
            owner = parse_database_url(owner_url, "SESSIONS_OWNER_DATABASE_URL")
        return cls(parsed, owner, describe_database(parsed), False)

    @classmethod
    def embedded(cls, url: str, owner_url: str, description: str) -> Self:
        return cls(make_url(url), make_url(owner_url), description, True)
