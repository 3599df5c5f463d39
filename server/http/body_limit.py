"""Bodies within bounds: what is too large is not read to its end."""

from cross_web import HTTPException
from starlette.types import Message, Receive, Scope

from server.http.scope_headers import get_header


def limit_body(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive`, which raises HTTPException once more than `limit` bytes have come."""
    if (length := content_length(scope)) > limit:
        raise body_too_large(limit)
    if length and get_header(scope, b"transfer-encoding") is None:
        # No server passes on more than was announced.
        return receive
    read = 0

    async def receive_within() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise body_too_large(limit)
        return message

    return receive_within


def body_too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"A request may have at most {limit:,} bytes.")


def content_length(scope: Scope) -> int:
    length = get_header(scope, b"content-length") or b""
    return int(length) if length.isdigit() else 0
