"""Keeps other web sites out: a page of theirs, open in the technician's browser, could else
talk to this server over a WebSocket, which no browser forbids it."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin

from server.refusals import refused


class KnownOrigins:
    """Middleware that refuses requests a browser sends on behalf of a page from elsewhere, unless
    `origins` name it."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], origins: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = hosts
        self._origins = set(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self._is_welcome(scope):
            answer = refused(403, "Pages of other sites may not use this server.", "FORBIDDEN")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_welcome(self, scope: Scope) -> bool:
        """Programs send no origin; a page that hides its own is not from here."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            return not is_cross_site(scope, headers)
        return (
            origin.lower() in self._origins
            or host_of(origin) in self._hosts
            # That the host is a name of ours has been seen to before.
            or is_same_origin(origin, headers.get("host"))
        )


def is_cross_site(scope: Scope, headers: Headers) -> bool:
    """Images and scripts of a page have no origin, and could still run queries. A link may lead
    here, but not to the answer of a query."""
    if headers.get("sec-fetch-site") != "cross-site":
        return False
    is_link = headers.get("sec-fetch-mode") == "navigate" and scope.get("method") == "GET"
    return not is_link or bool(scope.get("query_string"))


def host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname
    except ValueError:
        return None
