"""Fast path: a POST of JSON with a single response bypasses Strawberry's view, which handles all
transports and multipart requests: see ADR 22."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from server.graphql import response_encoding
from server.http.guards import get_header


def is_simple_post(scope: Scope) -> bool:
    """False for streams and multipart responses, which are not single responses."""
    if scope["type"] != "http":
        return False
    accept = get_header(scope, b"accept") or b""
    return (
        scope["method"] == "POST"
        and (get_header(scope, b"content-type") or b"").startswith(b"application/json")
        and b"text/event-stream" not in accept
        and b"multipart/" not in accept
    )


async def read_body(receive: Receive) -> bytes:
    """The whole body of a request. Raises ClientDisconnect."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def validate_request(request: Any) -> None:
    """Check the types of the fields of a request. Raises HTTPException (400)."""
    if isinstance(request, list):
        raise HTTPException(400, "Batching is not enabled")
    for name, (type_, what) in FIELD_TYPES.items():
        value = request.get(name)
        if value is not None and not isinstance(value, type_):
            raise HTTPException(
                400, f"The GraphQL operation's `{name}` must be {what} or null, if provided."
            )


FIELD_TYPES: dict[str, tuple[type, str]] = {
    "query": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}


@lru_cache(100)
def response_media_type(accept: bytes | None) -> str:
    return response_encoding.negotiate_media_type((accept or b"").decode("latin-1"))


@lru_cache(100)
def content_type_header(media_type: str) -> tuple[bytes, bytes]:
    return b"content-type", f"{media_type}; charset=utf-8".encode()


@dataclass(slots=True)
class RawJSONResponse:
    """A response whose body is encoded JSON, without Starlette's header objects."""

    body: bytes
    status: int
    media_type: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-length", b"%d" % len(self.body)),
            content_type_header(self.media_type),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
