"""Bounds on bodies: one that is too large is not read to its end, a large one waits for memory."""

from contextlib import AsyncExitStack

from cross_web import HTTPException
from starlette.types import Message, Receive, Scope

from execution.limits.response_memory import ResponseMemory
from server.http.client_address import client_key
from server.http.guards import get_header


def limit_body(scope: Scope, receive: Receive, limit: int) -> Receive:
    """A `receive` that raises HTTPException (413) after more than `limit` bytes."""
    length = content_length(scope)
    if length and length <= limit and get_header(scope, b"transfer-encoding") is None:
        # The server never passes on more than the declared length.
        return receive
    read = length if length > limit else 0

    async def receive_limited() -> Message:
        nonlocal read
        if read > limit:
            raise body_too_large(limit)
        message = await receive()
        read += len(message.get("body", b""))
        if read > limit:
            raise body_too_large(limit)
        return message

    return receive_limited


#: Bytes of a body that are read without asking for memory.
SMALL_BODY = 65_536


def has_large_body(scope: Scope) -> bool:
    """Whether the body is, or may be, larger than SMALL_BODY."""
    return content_length(scope) > SMALL_BODY or get_header(scope, b"transfer-encoding") is not None


def reserve_body(
    scope: Scope, receive: Receive, limit: int, memory: ResponseMemory, stack: AsyncExitStack
) -> Receive:
    """A `receive` that first waits for the memory of the body, which is kept until the end of the
    stack. Raises ServerBusy."""
    is_reserved = False

    async def receive_reserved() -> Message:
        nonlocal is_reserved
        if not is_reserved:
            is_reserved = True
            size = content_length(scope) or limit
            # By now the client has signed in.
            await stack.enter_async_context(memory.reserve(size, client_key(scope)))
        return await receive()

    return receive_reserved


def body_too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"The request body exceeds {limit:,} bytes.")


def content_length(scope: Scope) -> int:
    """The declared length of the body; 0 if none or an invalid one is declared."""
    length = get_header(scope, b"content-length") or b""
    return int(length) if length.isdigit() else 0
