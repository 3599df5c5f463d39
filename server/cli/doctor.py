"""`sessions doctor`: what is well, what is not, and what to do about it."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass

import typer

from server import addresses, assistant_factory, bootstrap, database
from server.auth import config
from server.auth.jwks import fetch_jwks, signing_keys
from server.pages.graphiql import is_graphiql_built
from server.settings import Settings
from services.flows.library import load_flow_library
from storage import migrations
from storage.engine import open_owner_engine, open_role_engine
from storage.role_privileges import check_role_privileges
from storage.tenancy import DatabaseRole, Tenancy


@dataclass(frozen=True, slots=True)
class CheckResult:
    what: str
    is_well: bool
    says: str
    #: A finding that keeps nothing from working.
    is_note: bool = False


def run_doctor(settings: Settings) -> int:
    """Print every finding; return the exit status."""
    findings = [run_check(check, settings) for check in CHECKS]
    for finding in findings:
        mark = "ok  " if finding.is_well else "note" if finding.is_note else "FAIL"
        typer.echo(f"{mark} {finding.what:<12} {finding.says}")
    return 0 if all(finding.is_well or finding.is_note for finding in findings) else 1


def run_check(check: Callable[[Settings], CheckResult], settings: Settings) -> CheckResult:
    """A check that breaks is a finding too."""
    try:
        return check(settings)
    except Exception as error:
        return CheckResult(check.__name__, False, str(error) or type(error).__name__)


def check_port(settings: Settings) -> CheckResult:
    where = f"{settings.host}:{settings.port}"
    with socket.socket(addresses.address_family(settings.host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            says = f"{where} is not free ({error.strerror}): a server runs, or take another --port"
            return CheckResult("port", False, says, is_note=True)
    return CheckResult("port", True, f"{where} is free")


def check_flows(settings: Settings) -> CheckResult:
    return CheckResult("flows", True, f"{len(load_flow_library(bootstrap.FLOWS))} flows are valid")


def check_assistant(settings: Settings) -> CheckResult:
    asyncio.run(assistant_factory.create_assistant(settings).close())
    return CheckResult("assistant", True, assistant_factory.describe_assistant(settings))


def check_authentication(settings: Settings) -> CheckResult:
    """Also reads the issuer's keys."""
    config.validate_auth_settings(settings)
    if settings.jwt_jwks_url is not None:
        signing_keys(asyncio.run(fetch_jwks(settings.jwt_jwks_url)))
    return CheckResult("sign-in", True, config.describe_authentication(settings))


def check_graphiql(settings: Settings) -> CheckResult:
    if is_graphiql_built():
        return CheckResult("GraphiQL", True, "is built")
    needs = "run `make console`" if shutil.which("node") else "needs Node 20+, then `make console`"
    return CheckResult("GraphiQL", False, f"is not built: {needs}", is_note=True)


def check_database(settings: Settings) -> CheckResult:
    """Also starts an embedded database, if need be, as `serve` would."""
    with database.opened(settings) as place:
        return asyncio.run(database_status(place))


async def database_status(place: database.Database) -> CheckResult:
    try:
        async with open_owner_engine(place.owner_url) as engine:
            await migrations.require_head(engine)
        async with open_role_engine(place.url, DatabaseRole.KEEPER) as engine:
            await check_role_privileges(Tenancy(engine))
    except migrations.SchemaOutdated as error:
        if place.is_embedded:
            return CheckResult("database", True, f"{place.place}; `serve` will migrate it")
        return CheckResult("database", False, str(error))
    return CheckResult("database", True, f"{place.place}, at revision {migrations.head_revision()}")


CHECKS = (
    check_port,
    check_authentication,
    check_assistant,
    check_flows,
    check_graphiql,
    check_database,
)
