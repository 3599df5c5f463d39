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
from server.app import view_of
from server.assistant_factory import AssistantNotConfigured
from server.auth import config
from server.auth.config import SignInNotConfigured
from server.bootstrap import RoleTooMighty
from server.database import Database, DatabaseUrlInvalid, RoleRefused
from server.embedded_postgres.embedded_server import EmbeddedUnavailable
from server.exit_signals import leave
from server.graphql.persisted_queries import ManifestInvalid
from server.graphql.view import GraphQLView
from server.settings import Settings
from server.uvicorn.http_protocol import DirectHttp
from server.uvicorn.lingering_close import LingeringWebSocket
from server.worker import Worker, configure_logging
from services.flows.library import FlowFileInvalid
from storage import migrations
from storage.migrations import MigrationImpossible, SchemaOutdated
from storage.outages import is_outage
from storage.tcp_keepalive import drop_the_dead

#: What is wrong with the surroundings, not with the program; its message is meant for people.
EXPECTED = (
    AssistantNotConfigured,
    MigrationImpossible,
    DatabaseUrlInvalid,
    EmbeddedUnavailable,
    FlowFileInvalid,
    ManifestInvalid,
    RoleRefused,
    RoleTooMighty,
    SchemaOutdated,
    SignInNotConfigured,
)

MakeView = Callable[[Settings], GraphQLView]

BACKLOG = 2048
#: Seconds. Long: to begin with, a worker has to import everything, on a machine that may be busy.
WORKER_ANSWERS_WITHIN = 60


def serve(settings: Settings, make_view: MakeView = view_of) -> None:
    """Serve until stopped. Ends the program with a sentence where it cannot start."""
    configure_logging(settings.log_level)
    # Also the one that uvicorn sends again when it has shut down.
    signal.signal(signal.SIGINT, leave)
    with explained():
        config.check(settings)
        assistant_factory.key(settings)
    with explained(), listening(settings) as listener, database.opened(settings) as place:
        make_view(settings)  # its processes cannot say what is wrong with the trusted documents
        asyncio.run(bootstrap.prepare(place))
        # From here on a client waits for the answer instead of being turned away.
        listener.listen(BACKLOG)
        announce(settings, place, listener.getsockname()[1])
        started = run(settings, place, listener, make_view)
    if not started:
        raise typer.Exit(1)


def run(settings: Settings, place: Database, listener: socket.socket, make_view: MakeView) -> bool:
    """Serve, in this process or in several of its children; return whether that began at all."""
    many = settings.workers > 1
    config = uvicorn.Config(
        Worker(settings, place, os.getpid() if many else None, make_view),
        factory=True,
        workers=settings.workers,
        log_config=None,
        access_log=False,
        ws=LingeringWebSocket,
        ws_max_size=settings.max_message_bytes,
        # It would take two thirds more memory for each socket: see benchmarks/RESULTS.md.
        ws_per_message_deflate=False,
        ws_ping_interval=settings.client_timeout / 2,
        ws_ping_timeout=settings.client_timeout / 2,
        http=DirectHttp,
        timeout_graceful_shutdown=math.ceil(settings.drain_seconds),
        timeout_worker_healthcheck=WORKER_ANSWERS_WITHIN,
    )
    if many:
        supervisor = Multiprocess(config, sockets=[listener])
        supervisor.run()
        return all(each.exitcode != STARTUP_FAILURE for each in supervisor.processes)
    server = uvicorn.Server(config)
    server.run(sockets=[listener])
    return server.started


def migrate(settings: Settings, revision: str) -> None:
    configure_logging(settings.log_level)
    with explained(), database.opened(settings) as place:
        asyncio.run(moved(place, revision))
    typer.echo(f"The database ({place.place}) is at {revision}.")


async def moved(place: Database, revision: str) -> None:
    async with database.owning(place) as engine:
        await migrations.move(engine, revision)


@contextmanager
def listening(settings: Settings) -> Generator[socket.socket]:
    """The port, taken before anything slow is begun."""
    listener = socket.socket(addresses.family(settings.host))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    drop_the_dead(listener, settings.client_timeout)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        fail(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). "
            "Choose another port with --port."
        )
    with listener:
        yield listener


def announce(settings: Settings, place: Database, port: int) -> None:
    host = addresses.written(settings.host)
    typer.echo(f"GraphQL   http://{host}:{port}/graphql  (open it in a browser for GraphiQL)")
    typer.echo(f"Database  {place.place}")
    typer.echo(f"Sign-in   {config.in_words(settings)}")
    typer.echo(f"Assistant {assistant_factory.in_words(settings)}")
    sys.stdout.flush()


@contextmanager
def explained() -> Generator[None]:
    """A trouble that the operator can mend ends the program with a sentence, not a traceback."""
    try:
        yield
    except EXPECTED as error:
        fail(str(error))
    except Exception as error:
        if not is_outage(error):
            raise
        fail(f"The database cannot be reached: {error}")


def fail(why: str) -> NoReturn:
    typer.secho(why, err=True, fg="red")
    raise typer.Exit(1)
