"""The `graphql-transport-ws` protocol, on Strawberry's handler.

Overrides what Strawberry handles leniently or wrongly by the protocol: invalid messages, duplicate
ids, sends to a closed socket, idle sockets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Protocol, cast

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter, GraphQL
from strawberry.http import process_result
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    CompleteMessage,
    Message,
    NextMessagePayload,
    SubscribeMessage,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError

from execution.limits.errors import RequestRejected
from execution.schema import Schema
from execution.shared_subscriptions import SharedResult
from realtime.broadcast import EventBatch
from schema.context import Context
from server.auth.authenticator import SIGN_IN_FAILURE
from server.auth.connection_expiry import FORBIDDEN
from server.graphql import response_encoding
from server.graphql.persisted_queries import PersistedQueries
from server.graphql.websocket_broadcast import BroadcastWriter
from server.http.client_address import client_key
from server.http.rate_limit import check_request_rate
from server.http.refusals import REFUSALS, RefusalReason, Refusals
from server.uvicorn.websocket_protocol import ConnectionClosed, frame_sender
from services.errors import RateLimited

logger = logging.getLogger(__name__)

NORMAL_CLOSURE = 1000
#: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
UNAUTHORIZED = 4401
#: Before `connection_ack` they close the socket. The protocol would allow `ping` and `pong`, which
#: no client needs to send to a server that does not know it yet.
MESSAGES_AFTER_SIGN_IN = frozenset({"ping", "pong", "subscribe", "complete"})

#: Types of the fields of a `subscribe` payload.
PAYLOAD_TYPES = {"query": str, "variables": dict, "operationName": str, "extensions": dict}

#: RFC 6455 limits the payload of a close frame to 125 bytes, 2 of them for the code.
MAX_REASON_BYTES = 123


#: Checks per idle timeout.
IDLE_CHECKS = 10


class OperationRefused(RequestRejected):
    """The user, or the connection, has more operations than a limit allows."""

    is_counted = True


class TransportWSView(Protocol):
    """What the handler needs of `GraphQLView`."""

    persisted_queries: PersistedQueries
    idle_seconds: float


class TransportWSAdapter(ASGIWebSocketAdapter):
    """A socket adapter that tolerates `send` and `close` after the socket has closed."""

    view: GraphQL[Any, Any]

    async def send_json(self, message: Mapping[str, object]) -> None:
        text = response_encoding.encode_json(message)
        schema = cast("Schema", self.view.schema)
        try:
            # It waits here while the client does not read.
            with schema.response_memory.hold(len(text), client_key(self.ws.scope)):
                await self.ws.send_text(text)
        except (RuntimeError, WebSocketDisconnect) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        if self.ws.application_state is WebSocketState.DISCONNECTED:
            return
        if code == FORBIDDEN:
            reason = self.ws.scope["state"].get(SIGN_IN_FAILURE, reason)
        # Failed authentication and expired logins are logged elsewhere.
        if code not in (NORMAL_CLOSURE, FORBIDDEN):
            logger.info("Closed a WebSocket: %s", code)
        shortened = reason.encode(errors="replace")[:MAX_REASON_BYTES].decode(errors="ignore")
        with suppress(RuntimeError, WebSocketDisconnect):
            await super().close(code, shortened)


class TransportWSOperation(Operation[Context, None]):
    """Sends shared results in their shared encoding, and no result that is too large."""

    async def send_next(self, execution_result: ExecutionResult) -> None:
        if isinstance(execution_result, SharedResult):
            encoded = response_encoding.encode_shared(execution_result)
        else:
            limit = cast("Schema", self.handler.schema).limits.response.bytes
            encoded = response_encoding.encode_bounded(process_result(execution_result), limit)
        payload = cast("NextMessagePayload", orjson.Fragment(encoded))
        await self.send_operation_message({"id": self.id, "type": "next", "payload": payload})


class TransportWSHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler with strict validation, limits, and broadcast of shared results."""

    #: Whether an operation has started since the last idle check.
    has_started = False

    async def handle(self) -> None:
        idle_check = asyncio.create_task(self._close_when_idle())
        try:
            await super().handle()
        except RequestRejected as rejection:
            # A message whose id is not known, because it was not decoded.
            await self.handle_invalid_message(f"{rejection.code}: {rejection.message}")
        finally:
            idle_check.cancel()
            with suppress(asyncio.CancelledError):
                await idle_check

    async def handle_message(self, message: Any) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            await self.handle_invalid_message("A message must be an object with a type")
        elif not self.connection_acknowledged and message["type"] in MESSAGES_AFTER_SIGN_IN:
            await self.websocket.close(UNAUTHORIZED, "Unauthorized")
        elif "payload" in message and not isinstance(message["payload"], (dict, type(None))):
            await self.handle_invalid_message("A payload must be an object")
        else:
            present = {name: value for name, value in message.items() if value is not None}
            await super().handle_message(cast("Message", present))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if problem := validation_error(message):
            await self.handle_invalid_message(problem)
        elif message["id"] in self.operations:
            await self.websocket.close(4409, f"Subscriber for {message['id']} already exists")
        else:
            await self._begin(message)

    async def _begin(self, message: SubscribeMessage) -> None:
        operation = TransportWSOperation(self, message["id"], "", None, None)
        try:
            self._check_operation_limit()
            await self._check_rate_limit()
            request = self._view.persisted_queries.resolve_operation(dict(message["payload"]))
        except RequestRejected as refusal:
            if not refusal.is_counted:
                logger.info("Rejected an operation: %s", refusal.code)
            self.operations[operation.id] = operation
            await operation.send_initial_errors([refusal])
            return
        self.has_started = True
        operation.query = request.get("query") or ""
        operation.variables = request.get("variables")
        operation.operation_name = request.get("operationName")
        self.operations[operation.id] = operation
        operation.task = asyncio.create_task(self.run_operation(operation))
        operation.task.add_done_callback(self._task_done)

    @property
    def _view(self) -> TransportWSView:
        return cast("TransportWSView", self.view)

    @property
    def _state(self) -> Mapping[str, Any]:
        """The state of the lifespan."""
        state: Mapping[str, Any] = cast("TransportWSAdapter", self.websocket).ws.scope["state"]
        return state

    @property
    def _refusals(self) -> Refusals:
        refusals: Refusals = self._state[REFUSALS]
        return refusals

    async def _check_rate_limit(self) -> None:
        """Raises OperationRefused."""
        try:
            await check_request_rate(self._state, self.context.principal)
        except RateLimited as refusal:
            raise OperationRefused(refusal.code.name, str(refusal)) from refusal

    def _check_operation_limit(self) -> None:
        """Raises OperationRefused."""
        limit = self.max_subscriptions_per_connection
        if limit is None or len(self.operations) < limit:
            return
        code, user_id = "TOO_MANY_OPERATIONS", self.context.principal.user_id
        self._refusals.count(
            RefusalReason.OPERATIONS_OF_WEBSOCKET,
            f"Rejected an operation: {code}, of the user {user_id}.",
            user_id,
        )
        raise OperationRefused(code, f"At most {limit} operations run at once on a connection.")

    async def _send_result_stream(
        self, operation: Operation[Context, None], result_source: Any
    ) -> None:
        frames = frame_sender(cast("TransportWSAdapter", self.websocket).ws.scope)
        if frames is None:
            await super()._send_result_stream(operation, result_source)
            return
        async for part in result_source.parts:
            if isinstance(part, EventBatch):
                await BroadcastWriter(part, frames, operation.id).run()
            elif isinstance(part, PreExecutionError):
                await self._handle_pre_execution_error(operation, part)
            else:
                await operation.send_next(part)

    async def _handle_pre_execution_error(
        self, operation: Operation[Context, None], result: PreExecutionError
    ) -> None:
        """An invalid operation ends with errors, and the socket stays open."""
        await operation.send_initial_errors(result.errors or [GraphQLError("Not run.")])

    async def handle_task_exception(self, error: Exception) -> None:
        """Sending to a closed socket is not an error."""
        if not isinstance(error, (WebSocketDisconnected, ConnectionClosed)):
            await super().handle_task_exception(error)

    async def handle_complete(self, message: CompleteMessage) -> None:
        if is_operation_id(message["id"]):
            await super().handle_complete(message)
        else:
            await self.handle_invalid_message("The id must be a string")

    async def _close_when_idle(self) -> None:
        quiet = 0
        while quiet < IDLE_CHECKS:
            await asyncio.sleep(self._view.idle_seconds / IDLE_CHECKS)
            quiet = 0 if self.operations or self.has_started else quiet + 1
            self.has_started = False
        await self.websocket.close(NORMAL_CLOSURE, "Idle")


def validation_error(message: SubscribeMessage) -> str | None:
    """The problem of a `subscribe` message, or None."""
    payload = message.get("payload")
    if not is_operation_id(message.get("id")):
        return "The id must be a non-empty string"
    if payload is None:
        return "The payload is missing"
    for name, kind in PAYLOAD_TYPES.items():
        if not isinstance(payload.get(name), (kind, type(None))):
            return f"The type of {name} in the payload is invalid"
    return None


def is_operation_id(value: object) -> bool:
    return isinstance(value, str) and value != ""
