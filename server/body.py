"""Bodies within bounds: what is too large is not read to its end."""

from cross_web import HTTPException
from starlette.types import Message, Receive, Scope

from server.scopes import header


def within(scope: Scope, receive: Receive, limit: int) -> Receive:
    """`receive`, which raises HTTPException once more than `limit` bytes have come."""
    too_large = HTTPException(413, f"A request may have at most {limit:,} bytes.")
    if announced(scope) > limit:
        raise too_large
    read = 0

    async def receive_within() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise too_large
        return message

    return receive_within


def announced(scope: Scope) -> int:
    length = header(scope, b"content-length") or b""
    return int(length) if length.isdigit() else 0
