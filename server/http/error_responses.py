"""What is not done is answered in GraphQL's form, and logged once: its reason, nothing of it."""

import logging
from collections.abc import Mapping

from starlette.responses import JSONResponse

from services.errors import RateLimited

logger = logging.getLogger(__name__)

CODES = {
    405: "METHOD_NOT_ALLOWED",
    413: "REQUEST_TOO_LARGE",
}


def refused(
    status: int,
    message: str,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    code = code or CODES.get(status, "BAD_REQUEST")
    logger.info("Refused a request: %s", code)
    return told(status, message, code, headers)


def limited(refusal: RateLimited) -> JSONResponse:
    """Too many requests, and when it is worth the next."""
    code = refusal.code.name
    return refused(429, str(refusal), code, {"Retry-After": str(refusal.seconds)})


def told(
    status: int, message: str, code: str, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The answer alone, for what has been logged with more than its code."""
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status, headers=headers)
