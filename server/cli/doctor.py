"""`sessions doctor`: checks the installation and prints what to do about each problem."""

import asyncio
import shutil
import socket

from rich.text import Text

from server import addresses, assistant_factory, bootstrap, server_limits
from server.auth import config
from server.auth.jwks import fetch_jwks, signing_keys
from server.cli.options import describe_unknown_settings
from server.cli.tables import print_table
from server.database import open_database
from server.expected_errors import describe_expected_error
from server.pages.graphiql import is_graphiql_built
from server.settings import Settings
from services.ai.port import AssistantError
from services.flows.library import load_flow_library
from storage import migrations
from storage.database_location import DatabaseLocation
from storage.disk_space import check_disk_space
from storage.engine import open_owner_engine, open_role_engine
from storage.role_privileges import check_role_privileges
from storage.transactions import DatabaseRole, Tenancy

OK, NOTE, FAIL = Text("ok", "green"), Text("note", "yellow"), Text("FAIL", "red")


class Note(Exception):
    """The result of a check that failed, but does not prevent the server from working."""


def run_doctor(settings: Settings) -> int:
    """Print the result of every check; return the exit status."""
    rows = [run_check(subject, settings) for subject in CHECKS]
    print_table(("", "", ""), rows)
    return 1 if any(status is FAIL for status, *_ in rows) else 0


def run_check(subject: str, settings: Settings) -> tuple[Text, str, str]:
    """Status, subject and message. A check that raises has failed; the others still run."""
    try:
        return OK, subject, CHECKS[subject](settings)
    except Note as note:
        return NOTE, subject, str(note)
    except Exception as error:
        message = describe_expected_error(error) or str(error) or type(error).__name__
        return FAIL, subject, message


def check_names(settings: Settings) -> str:
    """Find variables that look like settings and are none."""
    if problems := describe_unknown_settings():
        raise Note("; ".join(problems))
    return "every SESSIONS_ variable is known"


def check_port(settings: Settings) -> str:
    address = f"{settings.host}:{settings.port}"
    with socket.socket(addresses.address_family(settings.host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Note(
                f"{address} is not available ({error.strerror}). If that is your server: these "
                "checks read the settings of this shell, not those of the server. Otherwise "
                "choose another port: SESSIONS_PORT, or --port of `serve`"
            ) from None
    return f"{address} is available"


def check_descriptors(settings: Settings) -> str:
    """Whether there are enough file descriptors, after raising the limit as `serve` does."""
    server_limits.raise_descriptor_limit()
    if (shortage := server_limits.describe_shortage(settings)) is not None:
        raise Note(shortage)
    return (
        f"{server_limits.descriptor_limit():,} suffice for {settings.max_connections:,} "
        "connections per process"
    )


def check_flows(settings: Settings) -> str:
    return f"{len(load_flow_library(bootstrap.FLOWS))} flows are valid"


def check_assistant(settings: Settings) -> str:
    """Ask the provider for one token: key, address and model are right if it answers."""
    try:
        asyncio.run(ask_assistant(settings))
    except AssistantError as error:
        raise RuntimeError(f"{error} ({error.detail})" if error.detail else str(error)) from None
    return assistant_factory.describe_assistant(settings)


async def ask_assistant(settings: Settings) -> None:
    assistant = assistant_factory.create_assistant(settings)
    try:
        await assistant.check_connection()
    finally:
        await assistant.close()


def check_authentication(settings: Settings) -> str:
    """Validate the settings, and fetch the keys of the token issuer."""
    config.validate_auth_settings(settings)
    if settings.jwt_jwks_url is not None:
        signing_keys(asyncio.run(fetch_jwks(settings.jwt_jwks_url, settings.jwt_jwks_seconds)))
    return config.describe_authentication(settings)


def check_graphiql(settings: Settings) -> str:
    if is_graphiql_built():
        return "is built"
    if shutil.which("node") is None:
        raise Note("is not built: it needs Node 20+, then `make console`")
    raise Note("is not built: `make serve` builds it in about two minutes, or run `make console`")


def check_database(settings: Settings) -> str:
    """Connect to the database. Starts an embedded one if necessary, as `serve` does."""
    with open_database(settings) as location:
        return asyncio.run(database_status(location))


async def database_status(location: DatabaseLocation) -> str:
    """Raises SchemaOutdated, DatabaseRoleDenied, DatabaseRoleTooPrivileged, and what the database
    says if it cannot be written to."""
    await bootstrap.require_own_connections(location)
    try:
        async with open_owner_engine(location.owner_url) as engine:
            await check_disk_space(engine)
            await migrations.require_head(engine)
        async with open_role_engine(location.url, DatabaseRole.KEEPER) as engine:
            await check_role_privileges(Tenancy(engine))
    except migrations.SchemaOutdated:
        if not location.is_embedded:
            raise
        return f"{location.description}; `serve` will migrate it"
    return f"{location.description}, at revision {migrations.head_revision()}"


CHECKS = {
    "settings": check_names,
    "port": check_port,
    "file descriptors": check_descriptors,
    "sign-in": check_authentication,
    "assistant": check_assistant,
    "flows": check_flows,
    "GraphiQL": check_graphiql,
    "database": check_database,
}
