"""Where a database is, and with which users the server and its migrations connect."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


class InvalidDatabaseUrl(Exception):
    """The message does not contain the URL, which may hold a password."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"DATABASE_URL {problem} Expected postgresql://user:password@host:port/name."
        )


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
        parsed = parse_url(url)
        owner = parse_url(owner_url) if owner_url is not None else parsed
        # The query of a URL may contain a password.
        public = parsed.set(drivername="postgresql", query={})
        return cls(parsed, owner, public.render_as_string(), False)

    @classmethod
    def embedded(cls, url: str, owner_url: str, description: str) -> Self:
        return cls(make_url(url), make_url(owner_url), description, True)


def parse_url(text: str) -> URL:
    """Raises InvalidDatabaseUrl."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InvalidDatabaseUrl("cannot be parsed.") from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise InvalidDatabaseUrl(
            f"names {url.get_backend_name()!r}, but the server needs PostgreSQL."
        )
    return url.set(drivername="postgresql+asyncpg")
