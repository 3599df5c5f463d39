"""Bodies within bounds: what is too large is not read to its end."""

from cross_web import HTTPException
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope


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
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() else 0
