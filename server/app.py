"""The ASGI application: GraphQL, the console, and a word on the process's health."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from resolvers.schema import build_schema
from server import metrics
from server.auth import config
from server.auth.authenticator import Authenticator
from server.auth.connection_expiry import ConnectionExpiryMiddleware
from server.auth.open_connections import OpenConnections
from server.graphql import persisted_queries
from server.graphql.view import GraphQLView
from server.http.allowed_hosts import AllowedHosts
from server.http.allowed_origins import AllowedOrigins, LazyCORSMiddleware
from server.http.guards import GuardMiddleware
from server.http.secrets_in_url import reject_secrets_in_query
from server.http.security_headers import SecurityHeaders
from server.pages import console, graphiql
from server.runtime import Runtime
from server.settings import Settings
from storage.connections import driver_connection
from storage.outages import is_outage


class LifespanState(TypedDict):
    """What requests find in `request.state`."""

    runtime: Runtime
    authenticator: Authenticator
    open_connections: OpenConnections


StartRuntime = Callable[[], AbstractAsyncContextManager[LifespanState]]


def create_app(start: StartRuntime, settings: Settings, view: GraphQLView) -> ASGIApp:
    """The application around a process that is started and stopped with it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[LifespanState]:
        async with start() as state:
            yield state

    gate = ConnectionExpiryMiddleware(view)
    hosts, origins = config.allowed_hosts(settings), config.allowed_origins(settings)
    others = Starlette(
        routes=[
            Route("/", console.console_page),
            Route("/health", check_health),
            console.console_assets(),
            graphiql.graphiql_assets(),
            # What `Straight` does not take: with a slash behind it, or below another address.
            Route("/graphql", gate),
            WebSocketRoute("/graphql", gate),
            *(
                [Route("/metrics", metrics.metrics_endpoint(view.schema))]
                if settings.metrics
                else []
            ),
        ],
        exception_handlers={404: console.page_or_not_found},
        lifespan=lifespan,
    )
    welcome = LazyCORSMiddleware(
        DirectRoute(others, path="/graphql", to=gate),
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
    )
    checks = (reject_secrets_in_query, AllowedHosts(hosts), AllowedOrigins(hosts, origins))
    return SecurityHeaders(GuardMiddleware(welcome, checks))


class DirectRoute:
    """The way to one address, past all others."""

    def __init__(self, app: ASGIApp, path: str, to: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._to = to

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        is_there = scope["type"] != "lifespan" and scope["path"] == self._path
        return (self._to if is_there else self._app)(scope, receive, send)


def create_view(settings: Settings) -> GraphQLView:
    """Raises InvalidManifest."""
    schema = build_schema(
        settings.limits,
        introspection=settings.introspection,
        suggestions=settings.suggestions,
        compiled=settings.compiled,
    )
    return GraphQLView(
        schema, settings, persisted_queries.load_persisted_queries(settings, schema.trust_document)
    )


async def check_health(request: Request) -> Response:
    """For probes: does this process reach its database? Not by a connection of requests, which
    may all be in use where there is much to do."""
    try:
        async with driver_connection(request.state.runtime.reserved_engine) as driver:
            await driver.execute("SELECT 1")
    except Exception as error:
        if not is_outage(error):
            raise
        return JSONResponse({"status": "database unreachable"}, status_code=503)
    return JSONResponse({"status": "ok"})
