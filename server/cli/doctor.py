"""`sessions doctor`: what is well, what is not, and what to do about it."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass

import typer

from server import addresses, assistant_factory, bootstrap, database
from server.auth import config
from server.auth.jwks import fetch, usable
from server.pages.graphiql import is_built
from server.settings import Settings
from services.flows.library import load_library
from storage import migrations
from storage.tenancy import DatabaseRole, Tenancy


@dataclass(frozen=True, slots=True)
class Finding:
    what: str
    is_well: bool
    says: str
    #: A finding that keeps nothing from working.
    is_note: bool = False


def report(settings: Settings) -> int:
    """Print every finding; return the exit status."""
    findings = [checked(check, settings) for check in CHECKS]
    for finding in findings:
        mark = "ok  " if finding.is_well else "note" if finding.is_note else "FAIL"
        typer.echo(f"{mark} {finding.what:<12} {finding.says}")
    return 0 if all(finding.is_well or finding.is_note for finding in findings) else 1


def checked(check: Callable[[Settings], Finding], settings: Settings) -> Finding:
    """A check that breaks is a finding too."""
    try:
        return check(settings)
    except Exception as error:
        return Finding(check.__name__, False, str(error) or type(error).__name__)


def port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    with socket.socket(addresses.family(settings.host)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            says = f"{where} is not free ({error.strerror}): a server runs, or take another --port"
            return Finding("port", False, says, is_note=True)
    return Finding("port", True, f"{where} is free")


def flows(settings: Settings) -> Finding:
    return Finding("flows", True, f"{len(load_library(bootstrap.FLOWS))} flows are valid")


def assistant(settings: Settings) -> Finding:
    asyncio.run(assistant_factory.assistant(settings).close())
    return Finding("assistant", True, assistant_factory.in_words(settings))


def sign_in(settings: Settings) -> Finding:
    """Also reads the issuer's keys."""
    config.check(settings)
    if settings.jwt_jwks_url is not None:
        usable(asyncio.run(fetch(settings.jwt_jwks_url)))
    return Finding("sign-in", True, config.in_words(settings))


def explorer(settings: Settings) -> Finding:
    if is_built():
        return Finding("GraphiQL", True, "is built")
    needs = "run `make console`" if shutil.which("node") else "needs Node 20+, then `make console`"
    return Finding("GraphiQL", False, f"is not built: {needs}", is_note=True)


def data(settings: Settings) -> Finding:
    """Also starts an embedded database, if need be, as `serve` would."""
    with database.opened(settings) as place:
        return asyncio.run(state_of(place))


async def state_of(place: database.Database) -> Finding:
    try:
        async with database.owning(place) as engine:
            await migrations.check(engine)
        async with database.connected(place, DatabaseRole.KEEPER) as engine:
            await bootstrap.check_rights(Tenancy(engine))
    except migrations.SchemaOutdated as error:
        if place.is_embedded:
            return Finding("database", True, f"{place.place}; `serve` will migrate it")
        return Finding("database", False, str(error))
    return Finding("database", True, f"{place.place}, at revision {migrations.head()}")


CHECKS = (port, sign_in, assistant, flows, explorer, data)
