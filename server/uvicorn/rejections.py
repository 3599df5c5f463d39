"""Responses to what the application never sees, in the format of `server.http.error_responses`."""

import json
from dataclasses import dataclass
from functools import cached_property

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from server.http.guards import RAW_HEADERS
from server.http.refusals import RefusalReason


@dataclass(frozen=True)
class Rejection:
    """A response that ends its connection."""

    status: int
    code: str
    message: str
    reason: RefusalReason

    @cached_property
    def response(self) -> bytes:
        """Head and body as sent."""
        error = {"message": self.message, "extensions": {"code": self.code}}
        body = json.dumps({"errors": [error]}).encode()
        headers = [
            *RAW_HEADERS,
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            *([(b"retry-after", b"1")] if self.status in (429, 503) else []),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        return STATUS_LINE[self.status] + lines + b"\r\n" + body


MALFORMED = Rejection(400, "BAD_REQUEST", "The request is not valid HTTP.", RefusalReason.MALFORMED)
HEAD_TOO_LARGE = Rejection(
    431,
    "REQUEST_HEAD_TOO_LARGE",
    "The head of the request has too many bytes or too many lines.",
    RefusalReason.HEAD_SIZE,
)
HEAD_TIMED_OUT = Rejection(
    408, "REQUEST_TIMED_OUT", "The head of the request took too long.", RefusalReason.HEAD_TIME
)
TOO_MANY_SMALL_PARTS = Rejection(
    413, "REQUEST_TOO_LARGE", "The body has too many small parts.", RefusalReason.SMALL_BODY_PARTS
)
BODY_TIMED_OUT = Rejection(
    408, "REQUEST_TIMED_OUT", "The body of the request took too long.", RefusalReason.BODY_TIME
)
TOO_MANY_CONNECTIONS_OF_ADDRESS = Rejection(
    429,
    "TOO_MANY_CONNECTIONS",
    "Too many connections are open from this address.",
    RefusalReason.CONNECTIONS_OF_ADDRESS,
)
TOO_MANY_CONNECTIONS = Rejection(
    503,
    "TOO_MANY_CONNECTIONS",
    "The server has too many open connections.",
    RefusalReason.CONNECTIONS_OF_PROCESS,
)
CONNECTION_REJECTIONS = {
    each.reason: each for each in (TOO_MANY_CONNECTIONS_OF_ADDRESS, TOO_MANY_CONNECTIONS)
}
