"""Requests that are rejected before their operation is executed."""

from cross_web import HTTPException
from starlette.responses import Response
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from execution.limits.errors import RequestRejected
from execution.limits.response_memory import ServerBusy
from execution.limits.write_budget import TooManyWrites
from server.auth import authenticator
from server.auth.sign_in_throttle import SignInThrottled
from server.graphql.persisted_queries import NOT_FOUND
from server.http.error_responses import error_response, log_and_respond
from services.accounts.login import AuthenticationFailed, AuthenticationUnavailable
from services.errors import RateLimited

RETRY_SOON = {"Retry-After": "1"}
STREAM_NEEDED = (
    "A subscription needs a stream: send `Accept: text/event-stream`, or use a WebSocket with the "
    "subprotocol `graphql-transport-ws`."
)
JSON_NEEDED = "Send the request as JSON, with `Content-Type: application/json`."

#: Errors that reject a request before its operation is executed.
REJECTIONS = (
    HTTPException,
    RequestRejected,
    AuthenticationFailed,
    AuthenticationUnavailable,
    RateLimited,
    SignInThrottled,
)


def rejection_response(error: Exception) -> Response:
    """The response for one of the errors in `REJECTIONS`."""
    match error:
        case HTTPException():
            return log_and_respond(error.status_code, rejection_reason(error))
        case ServerBusy():
            return log_and_respond(503, error.message, error.code, RETRY_SOON)
        case RequestRejected() if not error.is_counted:
            # Clients of automatic persisted queries expect status 200.
            status = 200 if error.code == NOT_FOUND else 400
            return log_and_respond(status, error.message, error.code)
        case AuthenticationFailed():
            return error_response(401, str(error), "UNAUTHENTICATED", authenticator.CHALLENGE)
        # The log has the rest once per episode (`server.http.refusals`).
        case TooManyWrites():
            return error_response(429, error.message, error.code, RETRY_SOON)
        case SignInThrottled():
            retry = {"Retry-After": str(error.seconds)}
            return error_response(429, str(error), "TOO_MANY_FAILED_SIGN_INS", retry)
        case RateLimited():
            retry = {"Retry-After": str(error.seconds)}
            return error_response(429, str(error), error.code.name, retry)
        case _:
            return error_response(503, str(error), "SIGN_IN_UNAVAILABLE", authenticator.RETRY)


def rejection_reason(error: HTTPException) -> str:
    """Strawberry's reason, but for a subscription what a client has to do."""
    cause = error.__cause__
    is_subscription = (
        isinstance(cause, InvalidOperationTypeError)
        and cause.operation_type is OperationType.SUBSCRIPTION
    )
    return STREAM_NEEDED if is_subscription else str(error.reason)
