"""GraphQL over HTTP, WebSocket and server-sent events, all at one address."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any, cast

from cross_web import HTTPException, StarletteRequestAdapter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestProtocol, process_result
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.streaming import SSETransport
from strawberry.http.types import QueryParams
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import ExecutionResult, SubscriptionExecutionResult
from strawberry.types.unset import UnsetType

from execution.error_masking import is_refusal
from execution.limits.errors import Refusal
from execution.result_stream import Results
from execution.schema import Schema
from schema.context import Context
from server.auth import config, request_auth
from server.auth.login import SignInRefused, SignInUnavailable
from server.auth.request_auth import SocketContext
from server.graphql import content_negotiation, fast_path, json_codec
from server.graphql.persisted_queries import NOT_FOUND, NamedDocuments
from server.graphql.sse import EventStream
from server.graphql.websocket import Connection, Handler
from server.http import body_limit
from server.http.error_responses import limited, refused, told
from server.http.scope_headers import header
from server.pages import graphiql
from server.runtime import Process
from server.settings import Settings
from services.errors import RateLimited
from services.principal import NOBODY

RETRY_SOON = {"Retry-After": "1"}


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view, with this server's context and with every refusal in GraphQL's form."""

    schema: Schema
    stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: SSETransport}
    graphql_transport_ws_handler_class = Handler
    websocket_adapter_class = Connection

    def __init__(self, schema: Schema, settings: Settings, documents: NamedDocuments) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql" if settings.graphiql else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=settings.connection_init_seconds),
            max_subscriptions_per_connection=settings.max_operations,
            allowed_origins=config.origins(settings),
        )
        self.documents = documents
        self.idle_seconds = settings.idle_seconds
        self._max_body_bytes = settings.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        response: Response | fast_path.Answer
        try:
            bounded = body_limit.within(scope, receive, self._max_body_bytes)
            if fast_path.is_plain(scope):
                response = await self.answer(scope, bounded)
            else:
                response = await self.run(Request(scope, bounded))
        except asyncio.CancelledError:
            if not scope["state"]["process"].departure.has_begun:
                raise
            # Not done before this process has to end. The same key asks for it elsewhere.
            response = told(
                503, "The server is stopping: ask again.", "SERVER_STOPPING", RETRY_SOON
            )
        except ClientDisconnect:
            # Before it had said all of what it wanted: there is nobody to answer.
            return
        except HTTPException as refusal:
            response = refused(refusal.status_code, refusal.reason)
        except Refusal as refusal:
            # Clients of persisted queries take it for an answer, and no other status.
            status = 200 if refusal.code == NOT_FOUND else 400
            response = refused(status, refusal.message, refusal.code)
        except SignInRefused as refusal:
            response = told(401, str(refusal), "UNAUTHENTICATED", request_auth.CHALLENGE)
        except RateLimited as refusal:
            response = limited(refusal)
        except SignInUnavailable as trouble:
            response = told(503, str(trouble), "SIGN_IN_UNAVAILABLE", request_auth.RETRY)
        if isinstance(response, EventStream):
            await self.stream(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    async def answer(self, scope: Scope, receive: Receive) -> fast_path.Answer:
        """What `run` does, for the usual request. Raises HTTPException, Refusal, ClientDisconnect
        and what `get_context` does."""
        context = await self.context_of(scope)
        context.keeps_times = True
        asked = self.parse_json(await fast_path.whole(receive))
        fast_path.check(asked)
        try:
            result = await self.schema.execute(
                asked.get("query"),
                asked.get("variables"),
                context,
                operation_name=asked.get("operationName"),
                operation_extensions=asked.get("extensions"),
            )
        except MissingQueryError:
            raise HTTPException(400, "No GraphQL query found in the request") from None
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from None
        except InvalidOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason("POST")) from None
        return told_in(fast_path.media_type(header(scope, b"accept")), processed(result))

    async def stream(
        self, response: EventStream, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """To its end, or to that of this process: then without `complete`, so that a client
        knows to come back."""
        request_auth.stays(scope)
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
            context: Context = request.state.process.context(NOBODY)
            return context
        return await self.context_of(request.scope)

    async def context_of(self, scope: Scope) -> Context:
        """Raises SignInRefused, SignInUnavailable, RateLimited."""
        caller = await request_auth.over_http(scope)
        process: Process = scope["state"]["process"]
        await process.throttle.admit(caller)
        return process.context(caller)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Raises ConnectionRejectionError, SignInUnavailable."""
        if isinstance(context, SocketContext):
            await request_auth.over_websocket(context)
        return await super().on_ws_connect(context)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """For browsers alone: a program that forgets its query is told so in JSON."""
        return (
            request.method == "GET"
            and not request.query_params
            and "text/html" in request.headers.get("accept", "")
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        return HTMLResponse(graphiql.page(), headers=graphiql.HEADERS)

    def parse_json(self, data: str | bytes) -> Any:
        """Raises HTTPException for what is no JSON, and for a body that is no request."""
        try:
            parsed = json_codec.decode(data)
        except ValueError as error:
            raise HTTPException(400, f"The request is not valid JSON: {error}") from None
        if isinstance(data, str):
            return parsed
        if not isinstance(parsed, (dict, list)):
            raise HTTPException(400, "The request must be a JSON object with a `query`.")
        return self.documents.meant(parsed) if isinstance(parsed, dict) else parsed

    def parse_query_params(self, params: QueryParams) -> dict[str, Any]:
        return self.documents.meant(super().parse_query_params(params))

    def decode_json(self, data: str | bytes) -> object:
        return json_codec.decode(data)

    def encode_json(self, data: object) -> str:
        return json_codec.encode(data)

    async def _create_streaming_response(
        self,
        request: Request,
        result: SubscriptionExecutionResult,
        protocol: GraphQLRequestProtocol,
        sub_response: Response,
    ) -> EventStream:
        headers = {**sub_response.headers, **SSETransport.headers}
        return EventStream(cast("Results", result), partial(self.process_result, request), headers)

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        return processed(result)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = content_negotiation.for_result(request.headers.get("accept", ""))
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        told = told_in(sub_response.media_type or content_negotiation.JSON, response_data)
        return Response(
            told.body, told.status, {"content-type": f"{told.media_type}; charset=utf-8"}
        )


def processed(result: ExecutionResult) -> GraphQLHTTPResponse:
    """Where nothing has been run, there is no data, not even null."""
    found = process_result(result)
    if is_refusal(result):
        del found["data"]
    return found


def told_in(media_type: str, data: GraphQLHTTPResponse) -> fast_path.Answer:
    """In GraphQL's own media type, a status tells what happened; in JSON's it is always 200."""
    is_refused = media_type == content_negotiation.GRAPHQL and "data" not in data
    return fast_path.Answer(json_codec.as_bytes(data), 400 if is_refused else 200, media_type)
