"""GraphQL over HTTP, WebSocket and server-sent events, all at one address."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from typing import Any, cast

from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
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
from execution.result_stream import ResultStream
from execution.schema import Schema
from schema.context import Context
from server.auth import authenticator, config
from server.auth.authenticator import SocketContext
from server.auth.sign_in_throttle import SignInThrottled
from server.graphql import compression, fast_path, request_decoding, response_encoding
from server.graphql.compression import Coding
from server.graphql.cost_report import COST_HEADER, add_cost
from server.graphql.fast_path import RawJSONResponse
from server.graphql.persisted_queries import PersistedQueries
from server.graphql.rejections import JSON_NEEDED, REJECTIONS, RETRY_SOON, rejection_response
from server.graphql.sse import SSEResponse
from server.graphql.websocket import TransportWSAdapter, TransportWSHandler
from server.http import request_body
from server.http.accept import parse_media_type
from server.http.anonymous_requests import REFUSAL_DELAY
from server.http.base_path import find_base_path
from server.http.client_address import client_key
from server.http.error_responses import error_response
from server.http.guards import get_header
from server.http.rate_limit import check_request_rate
from server.pages import graphiql
from server.runtime import Runtime
from server.settings import Settings
from server.uvicorn.websocket_protocol import frame_sender
from services.errors import RateLimited
from services.principal import ANONYMOUS


class EventStreamTransport(SSETransport):
    """Honors quality values in the `Accept` header."""

    def accepts(self, accept: str) -> bool:
        return fast_path.accepts_events(accept.encode("latin-1"))


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view with the fast path, this server's context, and errors in GraphQL format."""

    schema: Schema
    stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: EventStreamTransport}
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
        self._max_structure_bytes = settings.max_structure_bytes
        self._compress_from_bytes = settings.compress_from_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        coding = compression.negotiate_coding(get_header(scope, b"accept-encoding"))
        response: Response | RawJSONResponse
        try:
            compression.check_coding(coding, scope)
            response = await self._execute(scope, receive)
        except asyncio.CancelledError:
            if not scope["state"]["runtime"].shutdown.has_started:
                raise
            # The grace period is over. The client can retry with the same idempotency key.
            message = "The server is stopping. Send the request again."
            response = error_response(503, message, "SERVER_STOPPING", RETRY_SOON)
        except ClientDisconnect:
            # The body was incomplete, and there is nobody to respond to.
            return
        except REJECTIONS as error:
            if isinstance(error, (SignInThrottled, RateLimited)):
                await asyncio.sleep(REFUSAL_DELAY)
            response = rejection_response(error)
        if isinstance(response, SSEResponse):
            await self.stream_response(response, scope, receive, send)
        else:
            with self.schema.response_memory.hold(len(response.body), client_key(scope)):
                if coding is not Coding.IDENTITY:
                    await compression.compress_response(response, coding, self._compress_from_bytes)
                await response(scope, receive, send)

    async def _execute(self, scope: Scope, receive: Receive) -> Response | RawJSONResponse:
        """Raises ClientDisconnect and the errors of `REJECTIONS`."""
        limit = self._max_body_bytes
        if not request_body.has_large_body(scope):
            receive = request_body.limit_body(scope, receive, limit)
            return await self._execute_request(scope, receive)
        async with AsyncExitStack() as stack:
            memory = self.schema.response_memory
            receive = request_body.reserve_body(scope, receive, limit, memory, stack)
            receive = request_body.limit_body(scope, receive, limit)
            return await self._execute_request(scope, receive)

    async def _execute_request(self, scope: Scope, receive: Receive) -> Response | RawJSONResponse:
        if fast_path.is_simple_post(scope):
            return await self.execute_simple_post(scope, receive)
        if fast_path.is_json_post(scope):
            scope = fast_path.with_plain_content_type(scope)
        return await self.run(Request(scope, receive))

    async def execute_simple_post(self, scope: Scope, receive: Receive) -> RawJSONResponse:
        """The fast path of `run`.

        Raises HTTPException, RequestRejected, ClientDisconnect, and what `create_context` raises.
        """
        context = await self.create_context(scope)
        context.keeps_datetimes = True
        request = self.parse_json(await fast_path.read_body(receive))
        fast_path.validate_request(request)
        try:
            result = await self.schema.execute(
                request.get("query"),
                request.get("variables"),
                context,
                operation_name=request.get("operationName"),
                operation_extensions=request.get("extensions"),
            )
        except MissingQueryError:
            raise HTTPException(400, "No GraphQL query found in the request") from None
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from None
        except InvalidOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason("POST")) from error
        if get_header(scope, COST_HEADER) is not None:
            await add_cost(self.schema, scope["state"]["runtime"], context, request, result)
        return json_response(
            fast_path.response_media_type(get_header(scope, b"accept")),
            result_to_response(result),
            self.schema.limits.response.bytes,
        )

    async def stream_response(
        self, response: SSEResponse, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Stream until the end, or until the shutdown of this process: then without `complete`, so
        that the client reconnects."""
        authenticator.track_stream(scope)
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
            # GraphiQL authenticates the requests that it sends.
            context: Context = request.state.runtime.create_context(ANONYMOUS)
            return context
        return await self.create_context(request.scope)

    async def create_context(self, scope: Scope) -> Context:
        """Raises AuthenticationFailed, AuthenticationUnavailable, SignInThrottled, RateLimited."""
        principal = await authenticator.authenticate_http(scope)
        runtime: Runtime = scope["state"]["runtime"]
        await check_request_rate(scope["state"], principal)
        return runtime.create_context(principal)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Raises ConnectionRejectionError, AuthenticationUnavailable, SignInThrottled,
        TooManyWebSockets."""
        if isinstance(context, SocketContext):
            await authenticator.authenticate_websocket(context)
            if (frames := frame_sender(context.socket.scope)) is not None:
                frames.mark_signed_in()
        return await super().on_ws_connect(context)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """For browsers only. A program that omits its query gets an error in JSON."""
        return (
            request.method == "GET"
            and not request.query_params
            and "text/html" in request.headers.get("accept", "")
        )

    async def render_graphql_ide(self, request: Request) -> Response:
        return HTMLResponse(
            graphiql.graphiql_page(find_base_path(request.scope)), headers=graphiql.HEADERS
        )

    def parse_json(self, data: str | bytes) -> Any:
        """Raises HTTPException (400) for invalid JSON, and for a body that is not a request;
        TooMuchStructure."""
        try:
            parsed = self.decode_json(data)
        except ValueError as error:
            raise HTTPException(400, f"The request is not valid JSON: {error}") from None
        if isinstance(data, str):
            return parsed
        if not isinstance(parsed, (dict, list)):
            raise HTTPException(400, "The request must be a JSON object with a `query`.")
        return (
            self.persisted_queries.resolve_operation(parsed) if isinstance(parsed, dict) else parsed
        )

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> Any:
        """Raises HTTPException, RequestRejected."""
        content_type = parse_media_type((request.content_type or "").encode("latin-1"))
        if request.method == "POST" and content_type != response_encoding.JSON:
            raise HTTPException(400, JSON_NEEDED)
        return await super().parse_http_body(request)

    def parse_query_params(self, params: QueryParams) -> dict[str, Any]:
        return self.persisted_queries.resolve_operation(super().parse_query_params(params))

    def decode_json(self, data: str | bytes) -> object:
        """Raises JSONDecodeError, TooMuchStructure."""
        return request_decoding.decode_json(data, self._max_structure_bytes)

    def encode_json(self, data: object) -> str:
        return response_encoding.encode_json(data)

    async def _create_streaming_response(
        self,
        request: Request,
        result: SubscriptionExecutionResult,
        protocol: GraphQLRequestProtocol,
        sub_response: Response,
    ) -> SSEResponse:
        headers = {**sub_response.headers, **EventStreamTransport.headers}
        return SSEResponse(
            cast("ResultStream", result),
            partial(self.process_result, request),
            headers,
            self.schema.response_memory,
            client_key(request.scope),
        )

    async def process_result(
        self, request: Request, result: ExecutionResult
    ) -> GraphQLHTTPResponse:
        return result_to_response(result)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        response = await super().get_sub_response(request)
        response.media_type = response_encoding.negotiate_media_type(
            request.headers.get("accept", "")
        )
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        encoded = json_response(
            sub_response.media_type or response_encoding.JSON,
            response_data,
            self.schema.limits.response.bytes,
        )
        content_type = f"{encoded.media_type}; charset=utf-8"
        headers = {"content-type": content_type, "vary": fast_path.VARY}
        return Response(encoded.body, encoded.status, headers)


def result_to_response(result: ExecutionResult) -> GraphQLHTTPResponse:
    """A rejected request has no `data`, not even null."""
    found = process_result(result)
    if result.errors and is_request_rejected(result):
        del found["data"]
    return found


def json_response(media_type: str, data: GraphQLHTTPResponse, max_bytes: int) -> RawJSONResponse:
    """`application/graphql-response+json` reports rejection by status 400; JSON is always 200."""
    is_rejected = media_type == response_encoding.GRAPHQL and "data" not in data
    body = response_encoding.encode_bounded(data, max_bytes)
    return RawJSONResponse(body, 400 if is_rejected else 200, media_type)
