"""Fast path: a POST of JSON with a single response bypasses Strawberry's view, which handles all
transports and multipart requests: see ADR 22."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from server.graphql import response_encoding
from server.http.accept import parse_accept, parse_media_type
from server.http.guards import get_header

#: A cache must not give a response to a page of another origin, or to a client that cannot read it.
VARY = "Origin, Accept-Encoding"
VARY_HEADER = (b"vary", VARY.encode())


def is_json_post(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "POST"
        and parse_media_type(get_header(scope, b"content-type")) == response_encoding.JSON
    )


@lru_cache(100)
def accepts_events(accept: bytes | None) -> bool:
    """Whether the client takes a stream of events, which is not a single response."""
    weights = dict(parse_accept((accept or b"").decode("latin-1")))
    return weights.get(response_encoding.EVENTS, 0) > 0


def is_simple_post(scope: Scope) -> bool:
    """False for what has a stream as its response."""
    return is_json_post(scope) and not accepts_events(get_header(scope, b"accept"))


def with_plain_content_type(scope: Scope) -> Scope:
    """A POST of JSON whose media type is in lower case: Strawberry compares it as it is written."""
    return {
        **scope,
        "headers": [
            (name, response_encoding.JSON.encode() if name == b"content-type" else value)
            for name, value in scope["headers"]
        ],
    }


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
    encoding: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-length", b"%d" % len(self.body)),
            content_type_header(self.media_type),
            VARY_HEADER,
        ]
        if self.encoding is not None:
            headers.append((b"content-encoding", self.encoding.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
