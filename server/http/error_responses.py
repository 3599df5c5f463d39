"""What is not done is answered in GraphQL's form, and logged once: its reason, nothing of it."""

import logging
from collections.abc import Mapping

from starlette.responses import JSONResponse

from services.errors import RateLimited

logger = logging.getLogger(__name__)

CODES_BY_STATUS = {
    405: "METHOD_NOT_ALLOWED",
    413: "REQUEST_TOO_LARGE",
}


def log_and_respond(
    status: int,
    message: str,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    code = code or CODES_BY_STATUS.get(status, "BAD_REQUEST")
    logger.info("Refused a request: %s", code)
    return error_response(status, message, code, headers)


def rate_limited_response(refusal: RateLimited) -> JSONResponse:
    """Too many requests, and when it is worth the next."""
    code = refusal.code.name
    return log_and_respond(429, str(refusal), code, {"Retry-After": str(refusal.seconds)})


def error_response(
    status: int, message: str, code: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer alone, for what has been logged with more than its code."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status, headers=headers)
