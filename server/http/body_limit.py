"""Limits the size of request bodies. A body that is too large is not read to its end."""

from cross_web import HTTPException
from starlette.types import Message, Receive, Scope

from server.http.scope_headers import get_header


def limit_body(scope: Scope, receive: Receive, limit: int) -> Receive:
    """A `receive` that raises HTTPException (413) after more than `limit` bytes."""
    if (length := content_length(scope)) > limit:
        raise body_too_large(limit)
    if length and get_header(scope, b"transfer-encoding") is None:
        # The server never passes on more than the declared length.
        return receive
    read = 0

    async def receive_limited() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise body_too_large(limit)
        return message

    return receive_limited


def body_too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The request body exceeds {limit:,} bytes.")


def content_length(scope: Scope) -> int:
    """The declared length of the body; 0 if none or an invalid one is declared."""
    length = get_header(scope, b"content-length") or b""
    return int(length) if length.isdigit() else 0
