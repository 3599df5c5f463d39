"""The usual request, a POST of JSON that wants one answer, without the detours of a view that is
made for all of them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from server.graphql import content_negotiation
from server.http.scope_headers import header


def is_plain(scope: Scope) -> bool:
    """Streams and what comes in parts are no single answers."""
    if scope["type"] != "http":
        return False
    accept = header(scope, b"accept") or b""
    return (
        scope["method"] == "POST"
        and (header(scope, b"content-type") or b"").startswith(b"application/json")
        and b"text/event-stream" not in accept
        and b"multipart/" not in accept
    )


async def whole(receive: Receive) -> bytes:
    """The body of a request. Raises ClientDisconnect."""
    chunks = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def check(asked: Any) -> None:
    """Whether all of what is asked is of its kind. Raises HTTPException."""
    if isinstance(asked, list):
        raise HTTPException(400, "Batching is not enabled")
    for name, (type_, what) in KINDS.items():
        value = asked.get(name)
        if value is not None and not isinstance(value, type_):
            raise HTTPException(
                400, f"The GraphQL operation's `{name}` must be {what} or null, if provided."
            )


KINDS: dict[str, tuple[type, str]] = {
    "query": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}


@lru_cache(100)
def media_type(accept: bytes | None) -> str:
    return content_negotiation.for_result((accept or b"").decode("latin-1"))


@lru_cache(100)
def content_type(media_type: str) -> tuple[bytes, bytes]:
    return b"content-type", f"{media_type}; charset=utf-8".encode()


@dataclass(slots=True)
class Answer:
    body: bytes
    status: int
    media_type: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"%d" % len(self.body)), content_type(self.media_type)]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
