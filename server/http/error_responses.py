"""Error responses in the format of GraphQL. The log gets the code only, nothing of the request."""

import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.websockets import WebSocket

logger = logging.getLogger(__name__)

CODES_BY_STATUS = {
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    413: "REQUEST_TOO_LARGE",
}


def log_and_respond(
    status: int,
    message: str,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    detail: str = "",
) -> JSONResponse:
    """Log the code of a rejected request with a detail, and create its response."""
    code = code or CODES_BY_STATUS.get(status, "BAD_REQUEST")
    logger.info("Rejected a request: %s", f"{code} ({detail})" if detail else code)
    return error_response(status, message, code, headers)


def error_response(
    status: int, message: str, code: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The response alone, for errors that are logged elsewhere."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status, headers=headers)


NOTHING_HERE = "Nothing is at this address. The API is at /graphql."


def router_error_response(error: HTTPException) -> JSONResponse:
    """For what the router refuses: another address or method than it knows."""
    message = NOTHING_HERE if error.status_code == 404 else f"{error.detail}."
    code = CODES_BY_STATUS.get(error.status_code, "BAD_REQUEST")
    return error_response(error.status_code, message, code, error.headers)


async def reject_websocket(socket: WebSocket) -> None:
    """A handshake at an address without WebSockets."""
    await socket.send_denial_response(error_response(404, NOTHING_HERE, "NOT_FOUND"))
