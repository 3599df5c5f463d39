"""The usual request, a POST of JSON that wants one answer, without the detours of a view that is
made for all of them."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cross_web import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from server import media
from server.scopes import header

#: What a client may say it accepts that is no single answer.
STREAMS = (b"text/event-stream", b"multipart/")


def is_plain(scope: Scope) -> bool:
    if scope["type"] != "http":
        return False
    accept = header(scope, b"accept") or b""
    return (
        scope["method"] == "POST"
        and (header(scope, b"content-type") or b"").startswith(b"application/json")
        and not any(each in accept for each in STREAMS)
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


@dataclass(frozen=True, slots=True)
class Question:
    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None


def question(asked: Any) -> Question:
    """Raises HTTPException."""
    if isinstance(asked, list):
        raise HTTPException(400, "Batching is not enabled")
    for name, (type_, what) in KINDS.items():
        if not isinstance(asked.get(name), (type_, type(None))):
            raise HTTPException(
                400, f"The GraphQL operation's `{name}` must be {what} or null, if provided."
            )
    return Question(
        asked.get("query"),
        asked.get("variables"),
        asked.get("operationName"),
        asked.get("extensions"),
    )


KINDS: dict[str, tuple[type, str]] = {
    "query": (str, "a string"),
    "variables": (dict, "an object"),
    "extensions": (dict, "an object"),
}


@lru_cache(100)
def media_type(accept: bytes | None) -> str:
    return media.for_result((accept or b"").decode("latin-1"))


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    status: int
    media_type: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-length", b"%d" % len(self.body)),
            (b"content-type", f"{self.media_type}; charset=utf-8".encode()),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body})
