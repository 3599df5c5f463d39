"""The ASGI application: GraphQL, the console, health check and metrics."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import NotRequired, TypedDict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from execution.limits.response_memory import ResponseMemory
from execution.schema import Schema
from resolvers.schema import build_schema
from server import metrics
from server.auth import config
from server.auth.authenticator import Authenticator
from server.auth.connection_expiry import ConnectionExpiryMiddleware, OpenConnections
from server.graphql import persisted_queries
from server.graphql.view import GraphQLView
from server.http.anonymous_requests import AnonymousRequestLimit
from server.http.base_path import BasePathMiddleware
from server.http.connection_limits import ConnectionLimiter
from server.http.error_responses import reject_websocket
from server.http.guards import (
    AllowedHosts,
    AllowedOrigins,
    GuardMiddleware,
    LazyCORSMiddleware,
    SecurityHeaders,
    reject_long_parts,
    reject_repeated_headers,
    reject_secrets_in_query,
)
from server.http.refusals import RefusalReason, Refusals
from server.pages import console, graphiql
from server.runtime import Runtime
from server.settings import Settings
from storage.database_problems import current_problems
from storage.outages import is_outage
from storage.pool import driver_connection


class LifespanState(TypedDict):
    """What the lifespan puts in `request.state`."""

    runtime: Runtime
    authenticator: Authenticator
    open_connections: OpenConnections
    response_memory: NotRequired[ResponseMemory]
    refusals: NotRequired[Refusals]


StartRuntime = Callable[[], AbstractAsyncContextManager[LifespanState]]


def create_app(
    start: StartRuntime,
    settings: Settings,
    view: GraphQLView,
    limiter: ConnectionLimiter | None = None,
) -> ASGIApp:
    """The application; its lifespan starts and stops the runtime."""
    refusals = limiter.refusals if limiter else Refusals()
    count_user_refusals(view.schema, refusals)
    graphql = ConnectionExpiryMiddleware(view, refusals)
    hosts, origins = config.allowed_hosts(settings), config.allowed_origins(settings)
    router = Starlette(
        routes=list_routes(settings, graphql, view, refusals, limiter),
        exception_handlers={HTTPException: console.page_or_error},
        lifespan=lambda app: start_with_memory(start, view, refusals),
    )
    app = LazyCORSMiddleware(
        DirectRoute(router, path="/graphql", to=graphql),
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["*"],
    )
    anonymous = AnonymousRequestLimit(
        settings.anonymous_requests_per_minute,
        refusals,
        path="/graphql",
        requires_sign_in=settings.requires_authentication,
    )
    guards = (
        reject_long_parts,
        reject_repeated_headers,
        reject_secrets_in_query,
        AllowedHosts(hosts),
        AllowedOrigins(hosts, origins),
    )
    guarded = SecurityHeaders(GuardMiddleware(app, (anonymous, anonymous.limit_rejections(guards))))
    if settings.base_path:
        return BasePathMiddleware(guarded, settings.base_path)
    return guarded


def list_routes(
    settings: Settings,
    graphql: ASGIApp,
    view: GraphQLView,
    refusals: Refusals,
    limiter: ConnectionLimiter | None,
) -> list[BaseRoute]:
    routes: list[BaseRoute] = [
        Route("/", console.console_page),
        Route("/health", check_health),
        console.console_assets(),
        graphiql.graphiql_assets(),
        # For paths that `DirectRoute` does not match: a trailing slash, or a root path.
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        WebSocketRoute("/graphql/", graphql),
        WebSocketRoute("/{path:path}", reject_websocket),
    ]
    if settings.metrics:
        routes.append(Route("/metrics", metrics.metrics_endpoint(view.schema, refusals, limiter)))
    return routes


@asynccontextmanager
async def start_with_memory(
    start: StartRuntime, view: GraphQLView, refusals: Refusals
) -> AsyncGenerator[LifespanState]:
    """Adds what the protocols of connections need of the schema."""
    async with start() as state:
        yield {**state, "response_memory": view.schema.response_memory, "refusals": refusals}


def count_user_refusals(schema: Schema, refusals: Refusals) -> None:
    """Count what the execution refuses a viewer, who is the user (`Context.viewer_key`)."""

    def refuse(reason: RefusalReason, code: str, viewer: Hashable) -> None:
        refusals.count(reason, f"Rejected an operation: {code}, of the user {viewer}.", viewer)

    schema.subscription_slots.on_refusal = partial(
        refuse, RefusalReason.SUBSCRIPTIONS_OF_USER, "TOO_MANY_SUBSCRIPTIONS"
    )
    schema.write_budget.on_refusal = partial(
        refuse, RefusalReason.WRITES_OF_USER, "TOO_MANY_WRITES"
    )


class DirectRoute:
    """Routes one path directly to its app, past Starlette's router: see ADR 22."""

    def __init__(self, app: ASGIApp, path: str, to: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._target = to

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        matches = scope["type"] != "lifespan" and scope["path"] == self._path
        return (self._target if matches else self._app)(scope, receive, send)


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
    """For probes: whether this process reaches its database, and whether the database takes writes.
    Without them sessions can still be read, so the process stays in service (200). Uses a reserved
    connection, because under load all other connections may be in use."""
    try:
        async with driver_connection(request.state.runtime.reserved_engine) as driver:
            await driver.execute("SELECT 1")
    except Exception as error:
        if not is_outage(error):
            raise
        return JSONResponse({"status": "database unreachable"}, status_code=503)
    if problems := current_problems():
        names = [each.name for each in problems]
        return JSONResponse({"status": "degraded", "database": names})
    return JSONResponse({"status": "ok"})
