"""Serving and migrating: everything between a command and a running process."""

import asyncio
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import NoReturn

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from server import addresses, assistant_factory, bootstrap, database
from server.app import create_view
from server.assistant_factory import AssistantNotConfigured
from server.auth import config
from server.auth.config import AuthenticationMisconfigured
from server.database import Database, DatabaseUrlInvalid
from server.embedded_postgres.embedded_server import EmbeddedPostgresUnavailable
from server.exit_signals import exit_cleanly
from server.graphql.persisted_queries import InvalidManifest
from server.graphql.view import GraphQLView
from server.settings import Settings
from server.uvicorn.http_protocol import FastHttpProtocol
from server.uvicorn.lingering_close import GracefulCloseWebSocketProtocol
from server.worker import AppFactory, configure_logging
from services.flows.library import InvalidFlowFile
from storage import migrations
from storage.engine import DatabaseRoleDenied, open_owner_engine
from storage.migrations import MigrationImpossible, SchemaOutdated
from storage.outages import is_outage
from storage.role_privileges import DatabaseRoleTooPrivileged
from storage.tcp_keepalive import set_keepalive

#: What is wrong with the surroundings, not with the program; its message is meant for people.
EXPECTED_ERRORS = (
    AssistantNotConfigured,
    MigrationImpossible,
    DatabaseUrlInvalid,
    EmbeddedPostgresUnavailable,
    InvalidFlowFile,
    InvalidManifest,
    DatabaseRoleDenied,
    DatabaseRoleTooPrivileged,
    SchemaOutdated,
    AuthenticationMisconfigured,
)

MakeView = Callable[[Settings], GraphQLView]

BACKLOG = 2048
#: Seconds. Long: to begin with, a worker has to import everything, on a machine that may be busy.
WORKER_STARTUP_TIMEOUT = 60


def run_server(settings: Settings, make_view: MakeView = create_view) -> None:
    """Serve until stopped. Ends the program with a sentence where it cannot start."""
    configure_logging(settings.log_level)
    # Also the one that uvicorn sends again when it has shut down.
    signal.signal(signal.SIGINT, exit_cleanly)
    with exit_on_expected_error():
        config.validate_auth_settings(settings)
        assistant_factory.require_api_key(settings)
    with (
        exit_on_expected_error(),
        bind_socket(settings) as listener,
        database.opened(settings) as place,
    ):
        make_view(settings)  # its processes cannot say what is wrong with the trusted documents
        asyncio.run(bootstrap.prepare_database(place))
        # From here on a client waits for the answer instead of being turned away.
        listener.listen(BACKLOG)
        print_startup(settings, place, listener.getsockname()[1])
        started = run_uvicorn(settings, place, listener, make_view)
    if not started:
        raise typer.Exit(1)


def run_uvicorn(
    settings: Settings, place: Database, listener: socket.socket, make_view: MakeView
) -> bool:
    """Serve, in this process or in several of its children; return whether that began at all."""
    many = settings.workers > 1
    config = uvicorn.Config(
        AppFactory(settings, place, os.getpid() if many else None, make_view),
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        ws=GracefulCloseWebSocketProtocol,
        ws_max_size=settings.max_message_bytes,
        # It would take two thirds more memory for each socket: see benchmarks/RESULTS.md.
        ws_per_message_deflate=False,
        ws_ping_interval=settings.client_timeout / 2,
        ws_ping_timeout=settings.client_timeout / 2,
        http=FastHttpProtocol,
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        timeout_worker_healthcheck=WORKER_STARTUP_TIMEOUT,
    )
    if many:
        supervisor = Multiprocess(config, sockets=[listener])
        supervisor.run()
        return all(each.exitcode != STARTUP_FAILURE for each in supervisor.processes)
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return server.started


def run_migration_command(settings: Settings, revision: str) -> None:
    configure_logging(settings.log_level)
    with exit_on_expected_error(), database.opened(settings) as place:
        asyncio.run(migrate_database(place, revision))
    typer.echo(f"The database ({place.place}) is at {revision}.")


async def migrate_database(place: Database, revision: str) -> None:
    async with open_owner_engine(place.owner_url) as engine:
        await migrations.migrate_to(engine, revision)


@contextmanager
def bind_socket(settings: Settings) -> Generator[socket.socket]:
    """The port, taken before anything slow is begun."""
    listener = socket.socket(addresses.address_family(settings.host))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    set_keepalive(listener, settings.client_timeout)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        exit_with_error(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Choose another port with --port."
        )
    with listener:
        yield listener


def print_startup(settings: Settings, place: Database, port: int) -> None:
    host = addresses.url_host(settings.host)
    typer.echo(f"GraphQL   http://{host}:{port}/graphql  (open it in a browser for GraphiQL)")
    typer.echo(f"Database  {place.place}")
    typer.echo(f"Sign-in   {config.describe_authentication(settings)}")
    typer.echo(f"Assistant {assistant_factory.describe_assistant(settings)}")
    sys.stdout.flush()


@contextmanager
def exit_on_expected_error() -> Generator[None]:
    """A trouble that the operator can mend ends the program with a sentence, not a traceback."""
    try:
        yield
    except EXPECTED_ERRORS as error:
        exit_with_error(str(error))
    except Exception as error:
        if not is_outage(error):
            raise
        exit_with_error(f"The database cannot be reached: {error}")


def exit_with_error(why: str) -> NoReturn:
    typer.secho(why, err=True, fg="red")
    raise typer.Exit(1)
