"""The ASGI application: GraphQL, the console, and a word on the process's health."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.schema import build
from server import metrics
from server.auth import config
from server.auth.authenticator import Door
from server.auth.connection_expiry import Gate
from server.auth.open_connections import Visits
from server.graphql import persisted_queries
from server.graphql.view import GraphQLView
from server.http.allowed_hosts import KnownHosts
from server.http.allowed_origins import CrossOrigin, KnownOrigins
from server.http.guards import Checked
from server.http.secrets_in_url import no_secrets
from server.http.security_headers import SecurityHeaders
from server.pages import console, graphiql
from server.runtime import Process
from server.settings import Settings
from storage.connections import borrowed
from storage.outages import is_outage


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
    hosts, origins = config.hosts(settings), config.origins(settings)
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
    return GraphQLView(schema, settings, persisted_queries.named(settings, schema.trust))


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
