"""Runs uvicorn, and the migrations: the work of `sessions serve` and `sessions migrate`."""

import asyncio
import math
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from server import addresses, assistant_factory, bootstrap, database, server_limits
from server.app import create_view
from server.auth import config
from server.exit_signals import exit_cleanly, repeat_dropped_exit
from server.expected_errors import exit_on_expected_error, exit_with_error
from server.graphql.view import GraphQLView
from server.http.client_address import add_mapped_networks
from server.http.connection_limits import ConnectionLimiter
from server.leave_root import leave_root
from server.logging_config import configure_logging
from server.migration_progress import show_migration_progress
from server.pages import console
from server.settings import Settings
from server.worker import AppFactory
from storage import migrations
from storage.connections.tcp_keepalive import set_keepalive
from storage.database_location import DatabaseLocation
from storage.engine import open_owner_engine

ViewFactory = Callable[[Settings], GraphQLView]

BACKLOG = 2048
#: Seconds. A worker imports the whole server first, possibly on a busy machine.
WORKER_STARTUP_TIMEOUT = 60


def run_server(settings: Settings, view_factory: ViewFactory = create_view) -> None:
    """Serve until stopped. An expected error ends the program with its message."""
    configure_logging(settings.log_level, settings.log_format)
    # Also for the signal that uvicorn raises again after its shutdown.
    signal.signal(signal.SIGINT, exit_cleanly)
    with exit_on_expected_error():
        config.validate_auth_settings(settings)
        assistant_factory.require_api_key(settings)
    server_limits.raise_descriptor_limit()
    server_limits.log_shortage(settings)
    with (
        exit_on_expected_error(),
        bind_socket(settings) as listener,
        database.open_database(settings, restarts=True) as location,
    ):
        view_factory(settings)  # reports an invalid manifest here, because workers cannot
        asyncio.run(bootstrap.prepare_database(location))
        # From here on clients wait in the backlog instead of being refused.
        listener.listen(BACKLOG)
        print_startup(settings, location, listener.getsockname()[1])
        leave_root(settings, location)
        started = run_uvicorn(settings, location, listener, view_factory)
    if not started:
        raise typer.Exit(1)


def run_uvicorn(
    settings: Settings,
    location: DatabaseLocation,
    listener: socket.socket,
    view_factory: ViewFactory,
) -> bool:
    """Serve in this process or in child processes. False if the server could not start."""
    has_workers = settings.workers > 1
    parent = os.getpid() if has_workers else None
    limiter = ConnectionLimiter(server_limits.connection_limits(settings))
    config = uvicorn.Config(
        AppFactory(settings, location, parent, view_factory, limiter),
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        ws=server_limits.websocket_protocol(settings, limiter),
        ws_max_size=settings.max_message_bytes,
        # Compression needs two thirds more memory per socket: see benchmarks/RESULTS.md.
        ws_per_message_deflate=False,
        ws_ping_interval=settings.client_timeout / 2,
        ws_ping_timeout=settings.client_timeout / 2,
        http=server_limits.http_protocol(settings, limiter),
        timeout_keep_alive=settings.keep_alive_seconds,
        forwarded_allow_ips=add_mapped_networks(settings.trusted_proxies),
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        timeout_worker_healthcheck=WORKER_STARTUP_TIMEOUT,
    )
    if has_workers:
        supervisor = Multiprocess(config, sockets=[listener])
        repeat_dropped_exit()
        supervisor.run()
        return all(each.exitcode != STARTUP_FAILURE for each in supervisor.processes)
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return server.started


def run_migration_command(settings: Settings, revision: str) -> None:
    """Migrate to a revision. An expected error ends the program with its message."""
    configure_logging(settings.log_level, settings.log_format)
    with exit_on_expected_error(), database.open_database(settings) as location:
        asyncio.run(migrate_database(location, revision))
    typer.echo(f"The database ({location.description}) is at {revision}.")


async def migrate_database(location: DatabaseLocation, revision: str) -> None:
    """Raises MigrationImpossible, MigrationRightsMissing, PoolerSharesConnections."""
    await bootstrap.require_own_connections(location)
    async with open_owner_engine(location.owner_url) as engine:
        with show_migration_progress() as on_revision:
            await migrations.migrate_to(engine, revision, on_revision)


@contextmanager
def bind_socket(settings: Settings) -> Generator[socket.socket]:
    """Bind the port before anything slow, so that a port in use is reported at once."""
    listener = socket.socket(addresses.address_family(settings.host))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    set_keepalive(listener, settings.client_timeout)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        exit_with_error(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Choose another port with SESSIONS_PORT or --port."
        )
    with listener:
        yield listener


def print_startup(settings: Settings, location: DatabaseLocation, port: int) -> None:
    """The announcement on standard output that the server accepts connections."""
    url = f"http://{addresses.url_host(settings.host)}:{port}{settings.base_path}"
    built = (
        ""
        if console.is_console_built()
        else "  (not built yet: `make serve` or `make console` builds it)"
    )
    typer.echo(f"Console   {url}/{built}")
    typer.echo(f"GraphQL   {url}/graphql  (open it in a browser for GraphiQL)")
    typer.echo(f"Database  {location.description}")
    typer.echo(f"Sign-in   {config.describe_authentication(settings)}")
    typer.echo(f"Assistant {assistant_factory.describe_assistant(settings)}")
    sys.stdout.flush()
