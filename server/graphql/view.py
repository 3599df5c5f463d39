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

from execution.error_masking import is_request_rejected
from execution.limits.errors import RequestRejected
from execution.result_stream import ResultStream
from execution.schema import Schema
from schema.context import Context
from server.auth import config, request_auth
from server.auth.request_auth import SocketContext
from server.graphql import content_negotiation, fast_path, json_codec
from server.graphql.persisted_queries import NOT_FOUND, PersistedQueries
from server.graphql.sse import SSEResponse
from server.graphql.websocket import TransportWSAdapter, TransportWSHandler
from server.http import body_limit
from server.http.error_responses import error_response, log_and_respond, rate_limited_response
from server.http.scope_headers import get_header
from server.pages import graphiql
from server.runtime import Runtime
from server.settings import Settings
from services.accounts.login import AuthenticationFailed, AuthenticationUnavailable
from services.errors import RateLimited
from services.principal import ANONYMOUS

RETRY_SOON = {"Retry-After": "1"}


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view, with this server's context and with every refusal in GraphQL's form."""

    schema: Schema
    stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: SSETransport}
    graphql_transport_ws_handler_class = TransportWSHandler
    websocket_adapter_class = TransportWSAdapter

    def __init__(self, schema: Schema, settings: Settings, documents: PersistedQueries) -> None:
        super().__init__(
            schema,
            graphql_ide="graphiql" if settings.graphiql else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=settings.connection_init_seconds),
            max_subscriptions_per_connection=settings.max_operations,
            allowed_origins=config.allowed_origins(settings),
        )
        self.persisted_queries = documents
        self.idle_seconds = settings.idle_seconds
        self._max_body_bytes = settings.max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        response: Response | fast_path.RawJSONResponse
        try:
            bounded = body_limit.limit_body(scope, receive, self._max_body_bytes)
            if fast_path.is_simple_post(scope):
                response = await self.execute_simple_post(scope, bounded)
            else:
                response = await self.run(Request(scope, bounded))
        except asyncio.CancelledError:
            if not scope["state"]["runtime"].shutdown.has_started:
                raise
            # Not done before this process has to end. The same key asks for it elsewhere.
            response = error_response(
                503, "The server is stopping: ask again.", "SERVER_STOPPING", RETRY_SOON
            )
        except ClientDisconnect:
            # Before it had said all of what it wanted: there is nobody to answer.
            return
        except HTTPException as refusal:
            response = log_and_respond(refusal.status_code, refusal.reason)
        except RequestRejected as refusal:
            # Clients of persisted queries take it for an answer, and no other status.
            status = 200 if refusal.code == NOT_FOUND else 400
            response = log_and_respond(status, refusal.message, refusal.code)
        except AuthenticationFailed as refusal:
            response = error_response(401, str(refusal), "UNAUTHENTICATED", request_auth.CHALLENGE)
        except RateLimited as refusal:
            response = rate_limited_response(refusal)
        except AuthenticationUnavailable as trouble:
            response = error_response(503, str(trouble), "SIGN_IN_UNAVAILABLE", request_auth.RETRY)
        if isinstance(response, SSEResponse):
            await self.stream_response(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    async def execute_simple_post(
        self, scope: Scope, receive: Receive
    ) -> fast_path.RawJSONResponse:
        """What `run` does, for the usual request. Raises HTTPException, RequestRejected, ClientDisconnect
        and what `get_context` does."""
        context = await self.create_context(scope)
        context.keeps_datetimes = True
        asked = self.parse_json(await fast_path.read_body(receive))
        fast_path.validate_request(asked)
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
        return json_response(
            fast_path.response_media_type(get_header(scope, b"accept")), result_to_response(result)
        )

    async def stream_response(
        self, response: SSEResponse, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """To its end, or to that of this process: then without `complete`, so that a client
        knows to come back."""
        request_auth.track_stream(scope)
        with scope["state"]["runtime"].shutdown.cancel_on_shutdown() as block:
            await response(scope, receive, send)
        if block.cancelled_caught:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        if isinstance(request, WebSocket):
            return SocketContext.anonymous(request)
        if self.should_render_graphql_ide(StarletteRequestAdapter(request)):
            # Whoever has opened the page signs in there.
            context: Context = request.state.runtime.create_context(ANONYMOUS)
            return context
        return await self.create_context(request.scope)

    async def create_context(self, scope: Scope) -> Context:
        """Raises AuthenticationFailed, AuthenticationUnavailable, RateLimited."""
        caller = await request_auth.authenticate_http(scope)
        runtime: Runtime = scope["state"]["runtime"]
        await runtime.rate_limiter.check(caller)
        return runtime.create_context(caller)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Raises ConnectionRejectionError, AuthenticationUnavailable."""
        if isinstance(context, SocketContext):
            await request_auth.authenticate_websocket(context)
        return await super().on_ws_connect(context)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """For browsers alone: a program that forgets its query is told so in JSON."""
        return (
            request.method == "GET"
            and not request.query_params
            and "text/html" in request.headers.get("accept", "")
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        return HTMLResponse(graphiql.graphiql_page(), headers=graphiql.HEADERS)

    def parse_json(self, data: str | bytes) -> Any:
        """Raises HTTPException for what is no JSON, and for a body that is no request."""
        try:
            parsed = json_codec.decode_json(data)
        except ValueError as error:
            raise HTTPException(400, f"The request is not valid JSON: {error}") from None
        if isinstance(data, str):
            return parsed
        if not isinstance(parsed, (dict, list)):
            raise HTTPException(400, "The request must be a JSON object with a `query`.")
        return (
            self.persisted_queries.resolve_operation(parsed) if isinstance(parsed, dict) else parsed
        )

    def parse_query_params(self, params: QueryParams) -> dict[str, Any]:
        return self.persisted_queries.resolve_operation(super().parse_query_params(params))

    def decode_json(self, data: str | bytes) -> object:
        return json_codec.decode_json(data)

    def encode_json(self, data: object) -> str:
        return json_codec.encode_json(data)

    async def _create_streaming_response(
        self,
        request: Request,
        result: SubscriptionExecutionResult,
        protocol: GraphQLRequestProtocol,
        sub_response: Response,
    ) -> SSEResponse:
        headers = {**sub_response.headers, **SSETransport.headers}
        return SSEResponse(
            cast("ResultStream", result), partial(self.process_result, request), headers
        )

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        return result_to_response(result)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = content_negotiation.negotiate_media_type(
            request.headers.get("accept", "")
        )
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        told = json_response(sub_response.media_type or content_negotiation.JSON, response_data)
        return Response(
            told.body, told.status, {"content-type": f"{told.media_type}; charset=utf-8"}
        )


def result_to_response(result: ExecutionResult) -> GraphQLHTTPResponse:
    """Where nothing has been run, there is no data, not even null."""
    found = process_result(result)
    if is_request_rejected(result):
        del found["data"]
    return found


def json_response(media_type: str, data: GraphQLHTTPResponse) -> fast_path.RawJSONResponse:
    """In GraphQL's own media type, a status tells what happened; in JSON's it is always 200."""
    is_refused = media_type == content_negotiation.GRAPHQL and "data" not in data
    return fast_path.RawJSONResponse(
        json_codec.dump_json_bytes(data), 400 if is_refused else 200, media_type
    )
