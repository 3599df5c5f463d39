"""The ASGI application: GraphQL, and a word on the process's health."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from schema.build import build
from server import documents, graphiql
from server.graphql import GraphQLView
from server.headers import SecurityHeaders
from server.hosts import KnownHosts
from server.origins import KnownOrigins
from server.process import Process
from server.settings import Settings
from services.faults import is_outage
from services.principal import Principal

#: Names this machine has for itself; any other is of a site that points its name at us.
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"]


class State(TypedDict):
    """What requests find in `request.state`."""

    process: Process
    principal: Principal


Start = Callable[[], AbstractAsyncContextManager[State]]


def create_app(start: Start, settings: Settings) -> Starlette:
    """The application around a process that is started and stopped with it."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[State]:
        async with start() as state:
            yield state

    view = view_of(settings)
    return Starlette(
        routes=[
            Route("/", to_graphiql),
            Route("/health", health),
            graphiql.assets(),
            Route("/graphql", view),
            WebSocketRoute("/graphql", view),
        ],
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(KnownHosts, hosts=LOOPBACK_NAMES),
            Middleware(KnownOrigins, hosts=LOOPBACK_NAMES, origins=settings.allowed_origins),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["*"],
            ),
        ],
        lifespan=lifespan,
    )


def view_of(settings: Settings) -> GraphQLView:
    """Raises ManifestInvalid."""
    schema = build(
        settings.limits,
        introspection=settings.introspection,
        suggestions=settings.suggestions,
    )
    return GraphQLView(schema, settings, documents.named(settings, schema.documents.get))


async def to_graphiql(request: Request) -> Response:
    return RedirectResponse("/graphql")


async def health(request: Request) -> Response:
    """For probes: does this process reach its database?"""
    try:
        async with request.state.process.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        if not is_outage(error):
            raise
        return JSONResponse({"status": "database unreachable"}, status_code=503)
    return JSONResponse({"status": "ok"})
