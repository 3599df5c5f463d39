"""Errors of a connection that is being opened, in words that say what to do."""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable

import asyncpg
from asyncpg.exceptions import TargetServerAttributeNotMatched
from sqlalchemy import URL

from storage.connections.database_url import describe_address
from storage.outages import find_sqlstate

#: Asyncio joins the errors of several addresses of one host in one text.
REFUSED = re.compile(r"\[Errno (?:111|61)\]|refused")


class DatabaseUnreachable(ConnectionError):
    """No connection: the message says why, and what to do. It contains no password.

    A running server tries again, whatever the reason: an operator may mend it meanwhile.
    """

    def __init__(self, message: str, cause: BaseException) -> None:
        super().__init__(message)
        self.sqlstate = find_sqlstate(cause)


#: What a server says that is not the one to use: the next host may be.
NEXT_HOST_ERRORS = (
    OSError,
    TargetServerAttributeNotMatched,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
)
#: What opening a connection may raise.
CONNECT_ERRORS = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def explain_connection_error(url: URL, error: BaseException, seconds: float | None) -> str:
    """A sentence for operators about one server of the URL."""
    for kind, explain in EXPLANATIONS:
        if isinstance(error, kind):
            return explain(url, error, seconds)
    return f"The database at {describe_address(url)} cannot be reached: {first_line(error)}"


def first_line(error: BaseException) -> str:
    """The driver adds its own hints in further lines."""
    return str(error).split("\n")[0] or type(error).__name__


def explain_password(url: URL, _error: BaseException, _seconds: float | None) -> str:
    given = "rejects the password" if url.password else "wants a password"
    return (
        f"PostgreSQL at {describe_address(url)} {given} of the user {url.username}. Correct it in "
        "the URL of the database, where @ : / ? # % in a password are written as "
        "%40 %3A %2F %3F %23 %25."
    )


def explain_authorization(url: URL, error: BaseException, _seconds: float | None) -> str:
    return (
        f"PostgreSQL at {describe_address(url)} does not let the user {url.username} in: "
        f"{first_line(error)}. Check the user in the URL of the database, and pg_hba.conf of the "
        "server; if the message says `no encryption`, add sslmode=require to the URL."
    )


def explain_missing_database(url: URL, _error: BaseException, _seconds: float | None) -> str:
    name = url.database or url.username
    return (
        f"PostgreSQL at {describe_address(url)} has no database {name}. Create it: "
        f'CREATE DATABASE "{name}" OWNER "{url.username}";'
    )


def explain_connect_right(url: URL, _error: BaseException, _seconds: float | None) -> str:
    return (
        f"The user {url.username} may not connect to the database {url.database}. As an "
        f'administrator, run: GRANT CONNECT ON DATABASE "{url.database}" TO "{url.username}";'
    )


def explain_full_server(url: URL, error: BaseException, _seconds: float | None) -> str:
    return (
        f"PostgreSQL at {describe_address(url)} has no connection left ({first_line(error)}). "
        "Raise max_connections, or lower SESSIONS_POOL_SIZE or the number of processes."
    )


def explain_startup(url: URL, error: BaseException, _seconds: float | None) -> str:
    return (
        f"PostgreSQL at {describe_address(url)} takes no connections now: {first_line(error)}. "
        "Try again when it has started."
    )


def explain_standby(url: URL, _error: BaseException, _seconds: float | None) -> str:
    return (
        f"PostgreSQL at {describe_address(url)} is a standby, which cannot be written to. Name the "
        "primary, or all servers of the cluster: host1:5432,host2:5432."
    )


def explain_configuration(_url: URL, error: BaseException, _seconds: float | None) -> str:
    return f"The URL of the database cannot be used: {first_line(error)}."


def explain_unknown_host(url: URL, error: BaseException, _seconds: float | None) -> str:
    return (
        f"The host of {describe_address(url)} is unknown ({first_line(error)}). Check its spelling "
        "in the URL of the database, and the name service of this machine."
    )


def explain_certificate(url: URL, error: BaseException, _seconds: float | None) -> str:
    return (
        f"The certificate of PostgreSQL at {describe_address(url)} is not trusted: "
        f"{first_line(error)}. Name the certificate of its issuer in `sslrootcert`, and the server "
        "by the name in its certificate."
    )


def explain_tls(url: URL, error: BaseException, _seconds: float | None) -> str:
    return (
        f"TLS with PostgreSQL at {describe_address(url)} failed: {first_line(error)}. Check the "
        "parameters of the URL that begin with `ssl`."
    )


def explain_timeout(url: URL, _error: BaseException, seconds: float | None) -> str:
    return (
        f"PostgreSQL at {describe_address(url)} did not answer within {seconds:g} seconds. Check "
        "host, port and firewall; `connect_timeout` in the URL allows more time."
    )


def explain_missing_socket(url: URL, _error: BaseException, _seconds: float | None) -> str:
    return (
        f"There is no socket of PostgreSQL at {describe_address(url)}. Check that it runs, and the "
        "host and port in the URL of the database."
    )


def explain_os_error(url: URL, error: BaseException, _seconds: float | None) -> str:
    address = describe_address(url)
    if REFUSED.search(str(error)):
        return (
            f"Nothing accepts connections at {address}. Check that PostgreSQL runs there, and the "
            "host and port in the URL of the database."
        )
    if "rejected SSL upgrade" in str(error):
        return (
            f"PostgreSQL at {address} offers no TLS, which `sslmode={url.query.get('sslmode')}` "
            "demands. Set `ssl = on` there, or remove `sslmode` from the URL."
        )
    return f"The database at {address} cannot be reached: {first_line(error)}"


Explanation = Callable[[URL, BaseException, float | None], str]

#: The first that fits.
EXPLANATIONS: tuple[tuple[type[BaseException], Explanation], ...] = (
    (asyncpg.InvalidPasswordError, explain_password),
    (asyncpg.InvalidAuthorizationSpecificationError, explain_authorization),
    (asyncpg.InvalidCatalogNameError, explain_missing_database),
    (asyncpg.InsufficientPrivilegeError, explain_connect_right),
    (asyncpg.TooManyConnectionsError, explain_full_server),
    (asyncpg.CannotConnectNowError, explain_startup),
    (TargetServerAttributeNotMatched, explain_standby),
    (asyncpg.ClientConfigurationError, explain_configuration),
    (socket.gaierror, explain_unknown_host),
    (ssl.SSLCertVerificationError, explain_certificate),
    (ssl.SSLError, explain_tls),
    (asyncio.TimeoutError, explain_timeout),
    (FileNotFoundError, explain_missing_socket),
    (OSError, explain_os_error),
)
