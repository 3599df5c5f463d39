"""What is not done is answered in GraphQL's form, and logged once: its reason, nothing of it."""

import logging
from collections.abc import Mapping

from starlette.responses import JSONResponse

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
    body = {"errors": [{"message": message, "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=status, headers=headers)
