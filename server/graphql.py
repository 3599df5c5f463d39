"""GraphQL over HTTP, WebSocket and server-sent events, all at one address."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from cross_web import HTTPException, StarletteRequestAdapter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.streaming import SSETransport
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from schema.build import schema
from schema.context import Context
from server import graphiql
from server.auth import callers
from server.auth.callers import SocketContext
from server.auth.login import SignInRefused, SignInUnavailable
from services.principal import NOBODY

#: The time the reference implementation gives a client to say who it is.
CONNECTION_INIT_TIMEOUT = timedelta(seconds=3)


class LineFeedSSE(SSETransport):
    """Frames end in LF alone: urql does not find the end of one that ends in CRLF."""

    def encode_event(self, event: str, data: str | None = None) -> str:
        return super().encode_event(event, data).replace("\r\n", "\n")

    def encode_comment(self, comment: str) -> str:
        return f": {comment}\n\n"


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view, with this server's context and with every refusal in GraphQL's form."""

    stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: LineFeedSSE}

    def __init__(self, allowed_origins: Sequence[str] = ()) -> None:
        super().__init__(
            schema,
            allowed_origins=allowed_origins,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=CONNECTION_INIT_TIMEOUT,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        response: Response
        try:
            response = await self.run(Request(scope, receive))
        except HTTPException as refusal:
            response = refused(refusal.status_code, refusal.reason)
        except SignInRefused as refusal:
            response = refused(401, str(refusal), "UNAUTHENTICATED", callers.CHALLENGE)
        except SignInUnavailable as trouble:
            response = refused(503, str(trouble), "SIGN_IN_UNAVAILABLE", callers.RETRY)
        if isinstance(response, StreamingResponse):
            await self.stream(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    async def stream(
        self, response: StreamingResponse, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """To its end, or to that of this process: then without `complete`, so that a client
        knows to come back."""
        callers.stays(scope)
        with scope["state"]["process"].departure.cuts_short() as block:
            await response(scope, receive, send)
        if block.cancelled_caught:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        if isinstance(request, WebSocket):
            return SocketContext.before_sign_in(request)
        if self.should_render_graphql_ide(StarletteRequestAdapter(request)):
            # Whoever has opened the page signs in there.
            caller = NOBODY
        else:
            caller = await callers.over_http(request)
        context: Context = request.state.process.context(caller)
        return context

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Raises ConnectionRejectionError, SignInUnavailable."""
        if isinstance(context, SocketContext):
            await callers.over_websocket(context)
        return await super().on_ws_connect(context)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """For browsers alone: a program that forgets its query is told so in JSON."""
        return (
            request.method == "GET"
            and "query" not in request.query_params
            and "text/html" in request.headers.get("accept", "")
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        return HTMLResponse(graphiql.page(), headers=graphiql.HEADERS)

    def parse_json(self, data: str | bytes) -> Any:
        """Raises HTTPException for what is no JSON, and for a body that is no request."""
        try:
            parsed = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise HTTPException(400, f"The request is not valid JSON: {why(error)}") from None
        if isinstance(data, bytes) and not isinstance(parsed, (dict, list)):
            raise HTTPException(400, "The request must be a JSON object with a `query`.")
        return parsed

    def encode_json(self, data: object) -> str:
        """As text: bytes would go out in binary WebSocket frames, which clients refuse."""
        try:
            return orjson.dumps(data).decode()
        except TypeError:
            # Halves of surrogate pairs, echoed from a client's own document.
            return json.dumps(data, separators=(",", ":"))


def why(error: Exception) -> str:
    return str(error) if isinstance(error, json.JSONDecodeError) else "it cannot be decoded."


def refused(
    status: int, message: str, code: str = "BAD_REQUEST", headers: Mapping[str, str] | None = None
) -> JSONResponse:
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status, headers=headers)
