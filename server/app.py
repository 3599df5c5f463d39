"""The ASGI application: GraphQL, the console, and a word on the process's health."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from schema.build import build
from server import console, documents, graphiql, metrics
from server.auth import setup
from server.auth.door import Door
from server.auth.gate import Gate
from server.auth.urls import no_secrets
from server.auth.visits import Visits
from server.checks import Checked
from server.graphql import GraphQLView
from server.headers import SecurityHeaders
from server.hosts import KnownHosts
from server.origins import CrossOrigin, KnownOrigins
from server.process import Process
from server.settings import Settings
from services.connections import borrowed
from services.faults import is_outage


class State(TypedDict):
    """What requests find in `request.state`."""

    process: Process
    door: Door
    visits: Visits


Start = Callable[[], AbstractAsyncContextManager[State]]


def create_app(start: Start, settings: Settings, view: GraphQLView) -> ASGIApp:
    """The application around a process that is started and stopped with it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[State]:
        async with start() as state:
            yield state

    gate = Gate(view)
    hosts, origins = setup.hosts(settings), setup.origins(settings)
    others = Starlette(
        routes=[
            Route("/", console.page),
            Route("/health", health),
            console.assets(),
            graphiql.assets(),
            # What `Straight` does not take: with a slash behind it, or below another address.
            Route("/graphql", gate),
            WebSocketRoute("/graphql", gate),
            *([Route("/metrics", metrics.endpoint(view.schema))] if settings.metrics else []),
        ],
        exception_handlers={404: console.not_found},
        lifespan=lifespan,
    )
    welcome = CrossOrigin(
        Straight(others, path="/graphql", to=gate),
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
    )
    checks = (no_secrets, KnownHosts(hosts), KnownOrigins(hosts, origins))
    return SecurityHeaders(Checked(welcome, checks))


class Straight:
    """The way to one address, past all others."""

    def __init__(self, app: ASGIApp, path: str, to: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._to = to

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        is_there = scope["type"] != "lifespan" and scope["path"] == self._path
        return (self._to if is_there else self._app)(scope, receive, send)


def view_of(settings: Settings) -> GraphQLView:
    """Raises ManifestInvalid."""
    schema = build(
        settings.limits,
        introspection=settings.introspection,
        suggestions=settings.suggestions,
        compiled=settings.compiled,
    )
    return GraphQLView(schema, settings, documents.named(settings, schema.trust))


async def health(request: Request) -> Response:
    """For probes: does this process reach its database? Not by a connection of requests, which
    may all be in use where there is much to do."""
    try:
        async with borrowed(request.state.process.vital) as driver:
            await driver.execute("SELECT 1")
    except Exception as error:
        if not is_outage(error):
            raise
        return JSONResponse({"status": "database unreachable"}, status_code=503)
    return JSONResponse({"status": "ok"})
