"""The ASGI application: GraphQL, and a word on the process's health."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypedDict

from sqlalchemy import text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute

from server import graphiql
from server.auth.door import Door
from server.auth.gate import Gate
from server.auth.setup import LOOPBACK_NAMES
from server.auth.urls import NoSecretsInUrls
from server.auth.visits import Visits
from server.graphql import GraphQLView
from server.origins import KnownOrigins
from server.process import Process
from services.faults import is_outage

#: A pasted log fits, with its escapes.
MAX_BODY_BYTES = 2_000_000


class State(TypedDict):
    """What requests find in `request.state`."""

    process: Process
    door: Door
    visits: Visits


Start = Callable[[], AbstractAsyncContextManager[State]]


def create_app(
    start: Start, hosts: Sequence[str] = LOOPBACK_NAMES, origins: Sequence[str] = ()
) -> Starlette:
    """The application around a process that is started and stopped with it. It answers to the
    names `hosts`, and to pages from there and from `origins`."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[State]:
        async with start() as state:
            yield state

    view = Gate(GraphQLView(allowed_origins=origins))
    return Starlette(
        routes=[
            Route("/", to_graphiql),
            Route("/health", health),
            graphiql.assets(),
            Route("/graphql", view, max_body_size=MAX_BODY_BYTES),
            WebSocketRoute("/graphql", view),
        ],
        middleware=[
            Middleware(NoSecretsInUrls),
            Middleware(TrustedHostMiddleware, allowed_hosts=hosts),
            Middleware(KnownOrigins, hosts=hosts, origins=origins),
            *cross_origin(origins),
        ],
        lifespan=lifespan,
    )


def cross_origin(origins: Sequence[str]) -> list[Middleware]:
    """What browsers want to be told before they let a page of another site ask."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    ]


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
