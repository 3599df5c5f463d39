"""`sessions doctor`: checks the installation and prints what to do about each problem."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass

from rich.text import Text

from server import addresses, assistant_factory, bootstrap
from server.auth import config
from server.auth.jwks import fetch_jwks, signing_keys
from server.cli.tables import print_table
from server.database import open_database
from server.pages.graphiql import is_graphiql_built
from server.settings import Settings
from services.flows.library import load_flow_library
from storage import migrations
from storage.database_location import DatabaseLocation
from storage.engine import open_owner_engine, open_role_engine
from storage.role_privileges import check_role_privileges
from storage.transactions import DatabaseRole, Tenancy


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the output."""

    is_ok: bool
    message: str
    #: A note is a result that does not prevent the server from working.
    is_note: bool = False

    @property
    def status(self) -> Text:
        if self.is_ok:
            return Text("ok", "green")
        return Text("note", "yellow") if self.is_note else Text("FAIL", "red")


def run_doctor(settings: Settings) -> int:
    """Print the result of every check; return the exit status."""
    results = {subject: run_check(check, settings) for subject, check in CHECKS.items()}
    rows = [(each.status, subject, each.message) for subject, each in results.items()]
    print_table(("", "", ""), rows)
    return 0 if all(each.is_ok or each.is_note for each in results.values()) else 1


def run_check(check: Callable[[Settings], CheckResult], settings: Settings) -> CheckResult:
    """A check that raises has failed; the others still run."""
    try:
        return check(settings)
    except Exception as error:
        return CheckResult(False, str(error) or type(error).__name__)


def check_port(settings: Settings) -> CheckResult:
    address = f"{settings.host}:{settings.port}"
    with socket.socket(addresses.address_family(settings.host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            message = (
                f"{address} is not available ({error.strerror}): a server is running, "
                "or choose another port with --port"
            )
            return CheckResult(False, message, is_note=True)
    return CheckResult(True, f"{address} is available")


def check_flows(settings: Settings) -> CheckResult:
    return CheckResult(True, f"{len(load_flow_library(bootstrap.FLOWS))} flows are valid")


def check_assistant(settings: Settings) -> CheckResult:
    asyncio.run(assistant_factory.create_assistant(settings).close())
    return CheckResult(True, assistant_factory.describe_assistant(settings))


def check_authentication(settings: Settings) -> CheckResult:
    """Validate the settings, and fetch the keys of the token issuer."""
    config.validate_auth_settings(settings)
    if settings.jwt_jwks_url is not None:
        signing_keys(asyncio.run(fetch_jwks(settings.jwt_jwks_url)))
    return CheckResult(True, config.describe_authentication(settings))


def check_graphiql(settings: Settings) -> CheckResult:
    if is_graphiql_built():
        return CheckResult(True, "is built")
    hint = "run `make console`" if shutil.which("node") else "needs Node 20+, then `make console`"
    return CheckResult(False, f"is not built: {hint}", is_note=True)


def check_database(settings: Settings) -> CheckResult:
    """Connect to the database. Starts an embedded one if necessary, as `serve` does."""
    with open_database(settings) as location:
        return asyncio.run(database_status(location))


async def database_status(location: DatabaseLocation) -> CheckResult:
    try:
        async with open_owner_engine(location.owner_url) as engine:
            await migrations.require_head(engine)
        async with open_role_engine(location.url, DatabaseRole.KEEPER) as engine:
            await check_role_privileges(Tenancy(engine))
    except migrations.SchemaOutdated as error:
        if location.is_embedded:
            message = f"{location.description}; `serve` will migrate it"
            return CheckResult(True, message)
        return CheckResult(False, str(error))
    message = f"{location.description}, at revision {migrations.head_revision()}"
    return CheckResult(True, message)


CHECKS = {
    "port": check_port,
    "sign-in": check_authentication,
    "assistant": check_assistant,
    "flows": check_flows,
    "GraphiQL": check_graphiql,
    "database": check_database,
}
