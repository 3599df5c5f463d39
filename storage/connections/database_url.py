"""The URL of a database: the parameters of libpq that the driver understands, and several hosts.

SQLAlchemy reads the URL, asyncpg connects. SQLAlchemy does not read `host1:5432,host2:5432`, and
asyncpg passes a parameter that it does not know to PostgreSQL, which refuses it as a setting.
"""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

EXPECTED = "Expected postgresql://user:password@host:port/name."
#: What the driver or this module understands.
SUPPORTED = frozenset(
    {
        *("host", "port", "user", "password", "dbname", "database", "passfile", "service"),
        *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl"),
        *("sslnegotiation", "ssl_min_protocol_version", "ssl_max_protocol_version"),
        *("application_name", "fallback_application_name", "connect_timeout", "options"),
        *("target_session_attrs", "krbsrvname", "gsslib"),
    }
)
#: Parameters of libpq without effect here, with the values that ask for nothing else.
WITHOUT_EFFECT: Mapping[str, tuple[str, ...]] = {
    "channel_binding": ("disable", "prefer"),
    "client_encoding": ("utf8", "utf-8", "auto"),
    "gssencmode": ("disable", "prefer"),
    "gssdelegation": ("0",),
    # All servers are tried in turn until one is the primary.
    "load_balance_hosts": ("disable", "random"),
    "replication": ("false", "off", "no", "0"),
    "sslcertmode": ("allow",),
    "sslcompression": ("0",),
    "sslsni": ("1",),
    # The server closes unresponsive connections itself: see `storage.connections.tcp_keepalive`.
    "keepalives": ("1",),
}
#: What to do instead.
ADVICE = {
    "channel_binding": "the driver cannot bind a channel. Remove it; `sslmode=verify-full` with "
    "`sslrootcert` protects from the same attack",
    "hostaddr": "give the address as the host",
    "requiressl": "use `sslmode=require`",
    "sslcrldir": "use `sslcrl` with one file",
    "servicefile": "set the environment variable PGSERVICEFILE",
    "client_encoding": "the server always uses UTF-8",
    "keepalives": "the server detects lost connections itself within 30 seconds",
    "target_session_attrs": "the server writes, so it needs `read-write` or `primary`",
    "schema": "the tables are in the schema `public`",
}
NO_ADVICE = "remove it. A setting of PostgreSQL is given as `options=-c%20name%3Dvalue`"
TARGETS = ("any", "primary", "read-write")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")
#: The certificates of the operating system, instead of a file.
SYSTEM_CERTIFICATES = "system"

SEVERAL_HOSTS = re.compile(
    r"(?P<before>[a-z0-9+]+://(?:[^@/?]*(?::[^@]*)?@)?)(?P<hosts>[^/?@]*,[^/?@]*)(?P<after>.*)",
    re.DOTALL,
)
ONE_HOST = re.compile(r"(?P<host>\[[^\]]+\]|[^:\[\]]+)(?::(?P<port>\d{1,5}))?")
DEFAULT_PORT = "5432"


class InvalidDatabaseUrl(Exception):
    """The message does not contain the URL, which may hold a password."""

    def __init__(self, problem: str, name: str = "DATABASE_URL") -> None:
        super().__init__(f"{name} {problem}")


def parse_database_url(text: str, name: str = "DATABASE_URL") -> URL:
    """The URL; several hosts are in its parameters `host` and `port`.

    Raises InvalidDatabaseUrl.
    """
    text, hosts = split_hosts(text.strip(), name)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InvalidDatabaseUrl(f"cannot be parsed. {EXPECTED}", name) from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise InvalidDatabaseUrl(
            f"names {url.get_backend_name()!r}, but the server needs PostgreSQL. {EXPECTED}", name
        )
    if "@" in (url.host or ""):
        raise InvalidDatabaseUrl("has an `@` in its user or password: write it as %40.", name)
    if problems := list(find_problems(url)):
        raise InvalidDatabaseUrl(f"has what is not supported: {'; '.join(problems)}.", name)
    hosts = hosts or repeat_ports(url, name)
    return url.set(drivername="postgresql+asyncpg").update_query_dict(hosts)


def split_hosts(text: str, name: str) -> tuple[str, dict[str, str]]:
    """The URL without its hosts, and these as parameters, if there are several."""
    found = SEVERAL_HOSTS.fullmatch(text)
    if found is None:
        return text, {}
    pairs = [ONE_HOST.fullmatch(each) for each in found["hosts"].split(",")]
    if not all(pairs):
        raise InvalidDatabaseUrl(
            "has a list of hosts that cannot be read. Expected host1:5432,host2:5432.", name
        )
    hosts = [unquote(pair["host"]) for pair in pairs if pair]
    ports = [pair["port"] or DEFAULT_PORT for pair in pairs if pair]
    return found["before"] + found["after"], {"host": ",".join(hosts), "port": ",".join(ports)}


def repeat_ports(url: URL, name: str) -> dict[str, str]:
    """One port for each of several hosts that are given as parameters."""
    hosts = str(url.query.get("host", "")).split(",")
    if len(hosts) == 1:
        return {}
    ports = str(url.query.get("port") or url.port or DEFAULT_PORT).split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts):
        raise InvalidDatabaseUrl(f"has {len(hosts)} hosts and {len(ports)} ports.", name)
    return {"host": ",".join(hosts), "port": ",".join(ports)}


def find_problems(url: URL) -> Iterator[str]:
    """What the URL asks for and cannot have."""
    for parameter, value in url.query.items():
        if not isinstance(value, str):
            yield f"the parameter {parameter} is given twice"
        elif parameter in SUPPORTED:
            yield from find_value_problems(parameter, value)
        elif value.lower() not in WITHOUT_EFFECT.get(parameter, ()):
            shown = f"{parameter}={value}" if parameter in WITHOUT_EFFECT else parameter
            yield f"the parameter {shown}: {ADVICE.get(parameter, NO_ADVICE)}"


def find_value_problems(parameter: str, value: str) -> Iterator[str]:
    if parameter == "target_session_attrs" and value not in TARGETS:
        yield f"{parameter}={value}: {ADVICE[parameter]}"
    elif parameter == "sslmode" and value not in SSL_MODES:
        yield f"sslmode={value}: use one of {', '.join(SSL_MODES)}"
    elif parameter == "connect_timeout" and not re.fullmatch(r"-?\d{1,6}", value):
        yield "connect_timeout: give whole seconds, such as connect_timeout=10"
    elif parameter == "port" and not re.fullmatch(r"\d{1,5}(,\d{1,5})*", value):
        yield "port: give a number"
    elif parameter in FILES and not is_readable_file(value):
        yield f"{parameter} names {value}, which is no file that this user can read"


def is_readable_file(value: str) -> bool:
    return value == SYSTEM_CERTIFICATES or (os.path.isfile(value) and os.access(value, os.R_OK))


def named_files(url: URL) -> list[Path]:
    """The files that the driver reads for each connection."""
    values = (str(url.query[name]) for name in FILES if name in url.query)
    return [Path(value) for value in values if value != SYSTEM_CERTIFICATES]


def host_urls(url: URL) -> list[URL]:
    """A URL for each host, in their order."""
    hosts, ports = (str(url.query.get(name, "")).split(",") for name in ("host", "port"))
    if len(hosts) == 1:
        return [url]
    return [
        url.update_query_dict({"host": host, "port": port})
        for host, port in zip(hosts, ports, strict=True)
    ]


def describe_address(url: URL) -> str:
    """Where the servers of a URL listen, for operators."""
    hosts, ports = (str(url.query.get(name, "")).split(",") for name in ("host", "port"))
    if len(hosts) > 1:
        return ", ".join(f"{host}:{port}" for host, port in zip(hosts, ports, strict=True))
    host = hosts[0] or (f"[{url.host}]" if url.host and ":" in url.host else url.host)
    if not host:
        return "the default address of this machine"
    return host if host.startswith("/") else f"{host}:{ports[0] or url.port or DEFAULT_PORT}"


def describe_database(url: URL) -> str:
    """The URL for operators: without password and parameters, with all hosts."""
    user = f"{url.username}:***@" if url.password else f"{url.username}@" if url.username else ""
    hosts = describe_address(url).replace(" ", "") if url.host or url.query.get("host") else ""
    return f"postgresql://{user}{hosts}/{url.database or ''}"
